package cli

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/node"
	"longhaul/internal/simulator/server"
)

// found is a result with these rows behind one that passed.
func found(rows ...doctor.Finding) doctor.Result {
	passed := doctor.Finding{ID: "settings", Status: doctor.Pass, Title: "Settings", Found: "as they should be"}
	result := doctor.Judge("acme", append([]doctor.Finding{passed}, rows...))
	result.Calls = 11
	result.Worker = &doctor.Worker{Identity: "7@etl-1", Version: "1.2.3", Settings: "ab12cd34", Others: []doctor.Worker{{Identity: "9@etl-2"}}}
	return result
}

func failing(id string, class fault.Class, system fault.System) doctor.Finding {
	return doctor.Finding{
		ID: id, Status: doctor.Fail, Title: "A row", Found: "this is so", Cost: "no sync can begin", Fix: "change that", Where: "Setup > There",
		Class: class, System: system,
	}
}

func TestCheck_endsWithTheCodeOfTheFirstRowThatFails(t *testing.T) {
	t.Parallel()
	warning := doctor.Finding{ID: "host", Status: doctor.Warn, Title: "Host", Found: "a sandbox", Cost: "other reports"}
	for name, row := range map[string]struct {
		result doctor.Result
		code   int
	}{
		"all is well":         {found(), exitDone},
		"a warning":           {found(warning), exitDone},
		"settings":            {found(warning, failing("secret.client_secret", fault.Invalid, fault.Longhaul)), exitUsage},
		"a login":             {found(failing("login", fault.LoginRefused, fault.Salesforce)), exitLogin},
		"a permission":        {found(failing("permission.RunReports", fault.PermissionMissing, fault.Salesforce)), exitPermission},
		"the catalog's token": {found(failing("export.castor.token", fault.LoginRefused, fault.Catalog)), exitCatalog},
		"the network":         {found(failing("network.dns", fault.Transient, fault.Salesforce)), exitUnreachable},
		"the first counts": {
			found(failing("login", fault.LoginRefused, fault.Salesforce), failing("bucket.delete", fault.Invalid, fault.Bucket)), exitLogin,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, out := newTestApp(t, "longhaul-starter", "check", "acme", "--json")
			app.Dial = checking(&fakeTemporal{pollers: 1}, row.result, nil).dial
			if code := Main(t.Context(), app); code != row.code {
				t.Errorf("code %d, want %d: %s", code, row.code, out.stderr.String())
			}
			var got doctor.Result
			if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.result, got); diff != "" {
				t.Errorf("the JSON (-want +got)\n%s", diff)
			}
			if (out.stderr.Len() > 0) != (row.code != 0) {
				t.Errorf("stderr: %s", out.stderr.String())
			}
		})
	}
}

// A login needs the bucket, in which logins are counted.
func TestCheck_namesTheBucketWhereTheLoginFailsByIt(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "check", "acme")
	rows := found(failing("login", fault.Transient, fault.Bucket), failing("bucket.write", fault.Invalid, fault.Bucket))
	app.Dial = checking(&fakeTemporal{pollers: 1}, rows, nil).dial
	code := Main(t.Context(), app)
	const want = "longhaul-starter: check of acme: A row (bucket.write): this is so (and 1 more row failed)\n"
	if said := out.stderr.String(); code != exitUsage || said != want {
		t.Errorf("code %d, stderr %q", code, said)
	}
}

// TestCheck_hasTheShapeThatScriptsRelyOn holds the names of --json.
func TestCheck_hasTheShapeThatScriptsRelyOn(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "check", "acme", "--json")
	app.Dial = checking(&fakeTemporal{pollers: 1}, found(failing("login", fault.LoginRefused, fault.Salesforce)), nil).dial
	_ = Main(t.Context(), app)
	want := `{"source":"acme","status":"fail","held":false,"calls":11,"worker":{"identity":"7@etl-1","version":"1.2.3","settings":"ab12cd34",` +
		`"others":[{"identity":"9@etl-2","version":"","settings":""}]},"findings":[` +
		`{"id":"settings","status":"pass","title":"Settings","found":"as they should be","cost":"","fix":"","where":""},` +
		`{"id":"login","status":"fail","title":"A row","found":"this is so","cost":"no sync can begin","fix":"change that","where":"Setup > There",` +
		`"class":"login_refused","system":"salesforce"}]}` + "\n"
	if diff := cmp.Diff(want, out.stdout.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCheck_showsARowALine(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "check", "acme")
	app.Dial = checking(&fakeTemporal{pollers: 1}, found(failing("login", fault.LoginRefused, fault.Salesforce)), nil).dial
	code := Main(t.Context(), app)
	want := `acme: A sync cannot run as it is. 2 questions: 1 failed, 0 warnings, 1 passed, 0 not asked. 11 API
calls.

  ok   Settings  as they should be
  FAIL A row     this is so
       costs: no sync can begin
       fix:   change that
       where: Setup > There

Asked on worker 7@etl-1 (longhaul 1.2.3, settings ab12cd34).
Other worker: 9@etl-2
`
	if diff := cmp.Diff(want, out.stdout.String()); diff != "" || code != exitLogin {
		t.Errorf("code %d (-want +got)\n%s", code, diff)
	}
	if said := out.stderr.String(); said != "longhaul-starter: check of acme: A row (login): this is so\n" {
		t.Errorf("stderr: %s", said)
	}
}

func TestCheck_saysWhyItCouldNotAsk(t *testing.T) {
	t.Parallel()
	refused := temporal.NewApplicationErrorWithOptions("a step got no answer in time", string(fault.Transient), temporal.ApplicationErrorOptions{})
	for name, row := range map[string]struct {
		c    *questioned
		args []string
		code int
		says string
	}{
		"no worker at all": {checking(&fakeTemporal{}, doctor.Result{}, nil), []string{"acme"}, exitUnreachable, "no worker polls task queue longhaul"},
		"a worker that died": {
			checking(&fakeTemporal{pollers: 1}, doctor.Result{}, refused), []string{"acme"}, exitUnreachable, "a step got no answer in time",
		},
		"a Temporal that goes away": {
			checking(&fakeTemporal{pollers: 1}, doctor.Result{}, serviceerror.NewUnavailable("gone")),
			[]string{"acme"},
			exitUnreachable,
			"stopped answering while workflow check-acme ran: run the same command again",
		},
		"no source":      {checking(nil, doctor.Result{}, nil), nil, exitUsage, "check takes the name of one source"},
		"two sources":    {checking(nil, doctor.Result{}, nil), []string{"acme", "beta"}, exitUsage, "check takes the name of one source"},
		"no name":        {checking(nil, doctor.Result{}, nil), []string{"Acme"}, exitUsage, "is not a source name"},
		"castor's flags": {checking(nil, doctor.Result{}, nil), []string{"-c", "3MVG9"}, exitUsage, "-c"}, // this program has no such flags
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			app, out := newTestApp(t, append([]string{"longhaul-starter", "check"}, row.args...)...)
			app.Dial = row.c.dial
			if code := Main(t.Context(), app); code != row.code || !strings.Contains(out.stderr.String(), row.says) {
				t.Errorf("code %d, stderr: %s", code, out.stderr.String())
			}
		})
	}
}

// TestCheck_inItsOwnProcess has no Temporal, no worker and no settings file, as on day one.
func TestCheck_inItsOwnProcess(t *testing.T) {
	t.Parallel()
	sim, err := server.Start(server.Options{Reports: 20})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	ready := sim.Ready()
	own := func(environ []string, args ...string) (int, *output) {
		app, out := newTestApp(t, append([]string{"longhaul", "check"}, args...)...)
		app.StartTemporal = func(context.Context, node.TemporalOptions) (node.Temporal, error) {
			return nil, errors.New("a check starts no Temporal")
		}
		app.Dial = func(context.Context, host.DialOptions) (client.Client, error) {
			return nil, errors.New("a check dials no Temporal")
		}
		app.Environ = environ
		return Main(t.Context(), app), out
	}
	secret := []string{"CASTOR_SALESFORCE_CLIENT_SECRET=" + ready.ClientSecret}
	code, out := own(secret, "-c", ready.ClientID, "--base", ready.Salesforce, "-o", "./out", "--json")
	var got doctor.Result
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
		t.Fatalf("code %d: %v, %s", code, err, out.stderr.String())
	}
	if got.Source != "127.0.0.1" || got.Calls < 1 || got.Calls > 25 || got.Worker != nil || len(got.Findings) < 20 {
		t.Errorf("got %+v", got)
	}
	if found := got.Findings[0].Found; !strings.Contains(found, "a share of 100 percent (which extract takes; a sync takes quota.share)") {
		t.Errorf("the settings are %q", found)
	}
	for _, f := range got.Findings {
		for _, never := range []string{"export.", "bucket.", "temporal."} {
			if strings.HasPrefix(f.ID, never) {
				t.Errorf("there is a row %s", f.ID)
			}
		}
	}
	code, out = own([]string{"CASTOR_SALESFORCE_CLIENT_SECRET=another-s3cret"}, "-c", ready.ClientID, "-b", ready.Salesforce)
	if text := out.stdout.String(); code != exitLogin || !strings.Contains(text, "FAIL Login to Salesforce") ||
		!strings.Contains(text, "check --client-secret") {
		t.Errorf("with a wrong secret: code %d, %s%s", code, out.stdout.String(), out.stderr.String())
	}
	if text := out.stdout.String() + out.stderr.String(); strings.Contains(text, "another-s3cret") {
		t.Errorf("the secret is shown: %s", text)
	}
	code, out = own(secret, "-c", ready.ClientID, "-b", "https://bot:s3cretword@acme.my.salesforce.com", "--json")
	if text := out.stdout.String() + out.stderr.String(); code != exitUsage || strings.Contains(text, "s3cretword") {
		t.Errorf("the password in the address is shown: code %d, %s", code, text)
	}
	const both = "--client-id is for a check in this process"
	if code, out = own(secret, "acme", "-c", ready.ClientID); code != exitUsage || !strings.Contains(out.stderr.String(), both) {
		t.Errorf("with a source too: code %d, %s", code, out.stderr.String())
	}
	if code, out = own(nil); code != exitUsage || !strings.Contains(out.stderr.String(), "missing: --client-id") {
		t.Errorf("with nothing: code %d, %s", code, out.stderr.String())
	}
}
