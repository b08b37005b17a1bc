// Command simulator is a Salesforce org and a catalog to test against, on loopback addresses.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/oauth"
	"longhaul/internal/simulator/project"
	"longhaul/internal/simulator/server"
	"longhaul/internal/simulator/soql"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "simulator: "+err.Error())
		stop()
		os.Exit(2)
	}
}

// settings are the flags.
type settings struct {
	options      server.Options
	orgDir       string
	typeMetadata string
	faults       string
	certificate  string
	idOrder      string
}

// steering describes the routes that change a running simulator.
const steering = `It is watched and steered by routes on the Salesforce server, which take and answer JSON and need no token:

  GET  /simulator/stats       calls by route and status, logins, API calls, peaks of the quota
  GET  /simulator/describes   describes that were begun: {"total":120,"reports":100,"repeated":20}
  GET  /simulator/clock       the simulator's time
  POST /simulator/clock       {"advance":"1h"} or {"set":"2026-08-02T10:00:00Z"}
  GET  /simulator/faults      the faults that are set, and how often they hit
  POST /simulator/faults      [{"name":"api_503","rate":0.05,"route":"describe"}] replaces them; [] clears them;
                              {"remove":["api_503"]} takes some away, and the others strike on as they were due
  POST /simulator/usage       {"calls":500}: API calls that others make now
  GET  /simulator/permissions what the run-as user may not
  POST /simulator/permissions {"revoke":["RunReports"],"grant":["ViewSetup"]}
  GET  /simulator/user        whether the user is frozen and the app's secret rotated
  POST /simulator/user        {"frozen":true} or {"secret":"rotated"} end sessions and refuse logins; false, "restored"
  GET  /simulator/app         the client id of the app, and whether it is blocked
  POST /simulator/app         {"client_secret":"..."} resets its secret; with "client_id" another app takes its place;
                              {"blocked":true} ends its sessions and refuses its logins
  POST /simulator/sessions    {"end":true} revokes every token; the next login gets a new one
  GET  /simulator/instance    the hosts where clients log in and where tokens are good
  POST /simulator/instance    moves the org to another instance_url, which ends all sessions
  POST /simulator/churn       {"object":"Report","create":3,"rename":["00O..."],"move":2,"delete":1,"hide":1,"show":1}

A fault has a name and may have route, ids, rate, times, for, retry_after and delay. The names are
` + "\n"

func command() *cobra.Command {
	var s settings
	c := &cobra.Command{
		Use:   "simulator",
		Short: "A Salesforce org and a catalog to test against",
		Long: "A Salesforce org and a catalog to test against, on loopback addresses. When it is ready, it prints one line of " +
			"JSON with the addresses and what to log in with, and runs until it is interrupted.\n\n" + steering + wrapped(faults.Names()),
		Args: cobra.NoArgs, SilenceUsage: true, SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error { return run(cmd, &s) },
	}
	f, o := c.Flags(), &s.options
	f.StringVar(&o.SalesforceAddr, "salesforce-addr", "127.0.0.1:0", "address of the Salesforce server")
	f.StringVar(&o.CatalogAddr, "catalog-addr", "127.0.0.1:0", "address of the catalog")
	f.StringVar(&o.TLSDir, "tls-dir", "", "serve TLS, and write the certificate authority to ca.pem in this folder")
	f.StringVar(&s.orgDir, "org", "", "take the org from this project in Salesforce source format")
	f.IntVar(&o.Reports, "reports", 100, "make up an org with this many reports")
	f.IntVar(&o.Columns, "columns", 10, "columns of a report")
	f.Int64Var(&o.Seed, "seed", 1, "another seed makes up another org")
	f.StringVar(&s.typeMetadata, "type-metadata", "40k", "size of the metadata of a report type, as in 40k or 1M")
	f.StringVar(&s.idOrder, "id-order", "binary", "order of ids on the server: binary, or ci to ignore case")
	f.DurationVar(&o.Latency, "latency", 0, "time that every Salesforce call takes")
	f.IntVar(&o.DailyLimit, "daily-limit", 5_000_000, "API calls that the org allows in 24 hours")
	f.IntVar(&o.LongCalls, "long-calls", 25, "API calls at once that may have lasted for 20 s (5 in Developer Edition)")
	f.IntVar(&o.Logins, "logins", 3600, "logins that the user may make in an hour")
	f.IntVar(&o.OthersPerHour, "others-per-hour", 0, "API calls that others make steadily in an hour")
	f.BoolVar(&o.NoLimitInfo, "no-limit-info", false, "answer without the header Sforce-Limit-Info")
	f.BoolVar(&o.NoAnalyticsLimitInfo, "no-analytics-limit-info", false, "answer without that header on /analytics")
	f.DurationVar(&o.TokenTTL, "token-ttl", 0, "life of an access token (default 2h)")
	f.BoolVar(&o.SecondInstance, "second-instance", false, "name an instance_url that is another host than that of the login")
	f.StringSliceVar(&o.Granted, "grant", nil, "user permissions that the run-as user has beside those of the set-up guide, as CustomizeApplication")
	f.StringSliceVar(&o.Revoked, "revoke", nil, "user permissions that the run-as user lacks, as RunReports,ViewSetup")
	f.StringSliceVar(&o.Scopes, "scopes", nil, "scopes of the app, as lightning,api (default api)")
	f.BoolVar(&o.CountsReports, "counts-reports", false, "list reports and dashboards in the record counts")
	f.StringVar(&s.certificate, "certificate", "", "file with the certificate, in PEM form, with which the app takes logins by JWT")
	f.StringVar(&s.faults, "faults", "", "file with faults to set from the start, a JSON array as POST /simulator/faults takes")
	for _, made := range []string{"reports", "columns", "seed"} {
		c.MarkFlagsMutuallyExclusive("org", made)
	}
	return c
}

func run(cmd *cobra.Command, s *settings) error {
	if err := s.complete(); err != nil {
		return err
	}
	running, err := server.Start(s.options)
	if err != nil {
		return err
	}
	err = json.NewEncoder(cmd.OutOrStdout()).Encode(running.Ready())
	if err == nil {
		<-cmd.Context().Done()
	}
	return errors.Join(err, running.Close())
}

// complete checks the flags that server.Options cannot hold as they are.
func (s *settings) complete() error {
	size, err := parseSize(s.typeMetadata)
	if err != nil {
		return err
	}
	s.options.TypeMetadata, s.options.IDOrder = size, soql.Order(s.idOrder)
	o := &s.options
	if min(o.Reports, o.Columns, o.DailyLimit, o.LongCalls, o.Logins) < 1 {
		return errors.New("--reports, --columns, --daily-limit, --long-calls and --logins are at least 1")
	}
	if s.faults != "" {
		text, err := os.ReadFile(s.faults)
		if err != nil {
			return fmt.Errorf("reading the faults: %w", err)
		}
		if s.options.Faults, err = faults.Parse(text); err != nil {
			return fmt.Errorf("the faults of %s: %w", s.faults, err)
		}
	}
	if s.certificate != "" {
		text, err := os.ReadFile(s.certificate)
		if err != nil {
			return fmt.Errorf("reading the certificate: %w", err)
		}
		if s.options.Certificate, err = oauth.ParseCertificate(text); err != nil {
			return fmt.Errorf("%s: %w", s.certificate, err)
		}
	}
	if s.orgDir != "" {
		if s.options.Org, err = project.Load(s.orgDir); err != nil {
			return err
		}
	}
	return nil
}

// wrapped lists names in lines of at most 100 characters.
func wrapped(names []string) string {
	var text strings.Builder
	width := 0
	for _, name := range names {
		if width+len(name) > 98 {
			text.WriteString("\n")
			width = 0
		}
		width += len(name) + 2
		text.WriteString("  " + name)
	}
	return text.String()
}

// parseSize reads a number of bytes, of thousands (k) or of millions (M) of them.
func parseSize(text string) (int, error) {
	digits, factor := text, 1
	for suffix, f := range map[string]int{"k": 1_000, "M": 1_000_000} {
		if rest, ok := strings.CutSuffix(text, suffix); ok {
			digits, factor = rest, f
		}
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > 100_000_000/factor {
		return 0, fmt.Errorf("the size %q is not a number of bytes up to 100M, as 40k or 1M", text)
	}
	return n * factor, nil
}
