// Command plainsync does what a sync does with nothing that makes it durable: login, inventory, describes and files in one
// process that starts again from the beginning when it is cut short. `make bench-sync` measures a sync against it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	baseURL := flag.String("base-url", "", "address of the org")
	clientID := flag.String("client-id", "", "the app; its secret is in PLAINSYNC_SECRET")
	inFlight := flag.Int("max-in-flight", 24, "requests at one time")
	out := flag.String("out", "", "folder for the files")
	flag.Parse()
	done, err := run(ctx, *baseURL, *clientID, *inFlight, *out)
	if err == nil {
		done.Peak = peak()
		err = json.NewEncoder(os.Stdout).Encode(done)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "plainsync: "+err.Error())
		stop()
		os.Exit(1)
	}
}

// counts are what the loop read.
type counts struct {
	Reports   int   `json:"reports"`
	Described int   `json:"described"`
	APICalls  int64 `json:"api_calls"`
	Peak      int64 `json:"peak"` // bytes of memory, where the system tells
}

// extract is an org in memory.
type extract struct {
	inventory map[listing.Kind][]json.RawMessage
	reports   []string
	columns   []*salesforce.Description // by report; nil where Salesforce gives none
}

func run(ctx context.Context, baseURL, clientID string, inFlight int, out string) (counts, error) {
	client, err := salesforce.New(salesforce.Config{
		BaseURL: baseURL, MaxInFlight: inFlight,
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: clientID, ClientSecret: os.Getenv("PLAINSYNC_SECRET")}, nil
		},
	})
	if err != nil {
		return counts{}, err
	}
	defer client.Close()
	meter := new(salesforce.Meter)
	ctx = salesforce.WithMeter(ctx, meter)
	x := &extract{inventory: map[listing.Kind][]json.RawMessage{}}
	for _, step := range []func(context.Context, *salesforce.Client, int) error{meet, x.list, x.describe} {
		if err := step(ctx, client, inFlight); err != nil {
			return counts{}, err
		}
	}
	described, err := x.write(out, client.BaseURL())
	return counts{Reports: len(x.reports), Described: described, APICalls: meter.Calls()}, err
}

// peak is what Linux says of the memory of this process.
func peak() (bytes int64) {
	status, _ := os.ReadFile("/proc/self/status") // elsewhere there is none, and nothing is reported
	_, text, _ := strings.Cut(string(status), "VmHWM:")
	_, _ = fmt.Sscan(text, &bytes)
	return bytes << 10
}

// meet logs in and reads who reads what.
func meet(ctx context.Context, client *salesforce.Client, _ int) error {
	identity, err := client.Login(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { _, err := client.Organization(ctx); return err })
	group.Go(func() error { _, err := client.RunAs(ctx, identity.UserID); return err })
	group.Go(func() error { _, err := client.Permissions(ctx); return err })
	return group.Wait()
}

// list reads all kinds at once.
func (x *extract) list(ctx context.Context, client *salesforce.Client, _ int) error {
	group, ctx := errgroup.WithContext(ctx)
	listed := make([][]json.RawMessage, len(listing.Kinds))
	for i, kind := range listing.Kinds {
		group.Go(func() error {
			for page, err := range client.Pages(ctx, kind.Query((castor.Format{}).Fields(kind))) {
				if err != nil {
					return err
				}
				listed[i] = append(listed[i], page.Records...)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for i, kind := range listing.Kinds {
		x.inventory[kind] = listed[i]
	}
	for _, record := range x.inventory[listing.Reports] {
		var head struct {
			ID string `json:"Id"`
		}
		if err := json.Unmarshal(record, &head); err != nil {
			return fmt.Errorf("read a report: %w", err)
		}
		x.reports = append(x.reports, head.ID)
	}
	return nil
}

// describe asks for the columns of all reports. What Salesforce refuses for one report is left out.
func (x *extract) describe(ctx context.Context, client *salesforce.Client, inFlight int) error {
	x.columns = make([]*salesforce.Description, len(x.reports))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	for i, id := range x.reports {
		group.Go(func() (err error) {
			x.columns[i], err = client.DescribeReport(ctx, id)
			switch {
			case fault.Is(err, fault.Gone), fault.Is(err, fault.Obsolete), fault.Is(err, fault.Unsupported), fault.Is(err, fault.PermissionMissing):
				return nil
			default:
				return err
			}
		})
	}
	return group.Wait()
}
