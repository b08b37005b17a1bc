package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

const whole = `
data_dir: ./data
storage: file:///var/lib/longhaul
sources:
  acme:
    salesforce:
      base_url: acme.my.salesforce.com
      auth: client_credentials
      client_id: 00123
      client_secret: env:ACME_CLIENT_SECRET
      ca_file: ""
    catalog:
      zone: US
      source_id: 399A8B22-3187-41ec-8d3d-0242ac130003
      token: file:secrets/token
      ca_file: ca.pem
    max_in_flight: 30
    max_shards: 6
    quota: {ceiling: 70, share: 20, probe: 90s}
    refresh: {audit: 14d}
    guard: {max_shrink: 33, timeout: 36h}
    scope: {private: true}
    keep: {accounts: 12, days: 99}
    notify: {ops: {events: [Failed, digest]}, mail: {events: []}}
  beta-2:
    salesforce:
      auth: password
      credentials: file:/run/secrets/beta.json
      username: u@example.invalid
      password: env:BETA_PASSWORD
      api_version: v60.0
log: {level: warn, format: json}
metrics: {address: 9464}
worker: {slots: 10}
notify:
  stall: 20m
  columns_lost: 7
  leave_to_alerts: true
  receivers:
    ops: {webhook: file:secrets/hook, secret: env:HOOK_KEY, events: [blocked, held]}
    mail: {url: env:MAIL_URL}
    quiet: {url: env:QUIET_URL, events: []}
report: {listen: 8234, url: https://reports.example.com/longhaul/}
ui_url: https://temporal.example.com
`

// settings writes a settings file and gives an input that reads it.
func settings(t *testing.T, text string, environment ...string) Input {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, DefaultFile), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Input{Dir: dir, Environment: environment}
}

func withFlags(t *testing.T, in Input, args ...string) Input {
	t.Helper()
	in.Flags = pflag.NewFlagSet("test", pflag.ContinueOnError)
	AddFlags(in.Flags)
	if err := in.Flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return in
}

func reference(t *testing.T, text string) source.Secret {
	t.Helper()
	s, err := source.References{}.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRead_readsEverySetting(t *testing.T) {
	t.Parallel()
	in := settings(t, whole)
	cfg, file, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	if file != filepath.Join(in.Dir, DefaultFile) {
		t.Errorf("the file used is %s", file)
	}
	acme, err := cfg.Sources.Get("acme")
	if err != nil {
		t.Fatal(err)
	}
	want := source.Source{
		Name: "acme",
		Salesforce: source.Salesforce{
			BaseURL: "acme.my.salesforce.com", Auth: source.ClientCredentials, ClientID: "00123",
			ClientSecret: reference(t, "env:ACME_CLIENT_SECRET"),
		},
		Exports: castor.Catalog{
			Zone: "US", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003",
			Token: reference(t, "file:"+in.Dir+"/secrets/token"), CAFile: in.Dir + "/ca.pem",
		}.Exports(),
		MaxInFlight: 30, MaxShards: 6, Quota: source.Quota{Ceiling: 70, Share: 20, Probe: 90 * time.Second},
		Refresh: source.Refresh{Audit: 14 * 24 * time.Hour},
		Guard:   source.Guard{MaxShrink: 33, Timeout: 36 * time.Hour}, Scope: source.Scope{Private: true},
		Keep: source.Keep{Accounts: 12, Days: 99}, Notify: source.Notify{"ops": {"failed", "digest"}, "mail": nil},
	}
	if diff := cmp.Diff(want, acme); diff != "" {
		t.Errorf("acme differs (-want +got):\n%s", diff)
	}
	beta, err := cfg.Sources.Get("beta-2")
	if err != nil {
		t.Fatal(err)
	}
	want = source.Source{
		Name: "beta-2", Exports: []source.Export{{Name: "castor"}},
		Salesforce: source.Salesforce{
			Auth: source.Password, Username: "u@example.invalid", APIVersion: "60.0",
			Password: reference(t, "env:BETA_PASSWORD"), Credentials: reference(t, "file:/run/secrets/beta.json"),
		},
		MaxInFlight: 24, MaxShards: 8, Quota: source.Quota{Ceiling: 80, Share: 25, Probe: 45 * time.Minute},
		Refresh: source.Refresh{Audit: 30 * 24 * time.Hour}, Guard: source.Guard{MaxShrink: 10, Timeout: 168 * time.Hour},
		Keep: source.Keep{Accounts: 90, Days: 400},
	}
	if diff := cmp.Diff(want, beta); diff != "" {
		t.Errorf("beta-2 differs (-want +got):\n%s", diff)
	}
	cfg.Sources = nil
	rest := Config{
		DataDir: in.Dir + "/data", Storage: "file:///var/lib/longhaul", Log: Log{"warn", "json"}, Metrics: Metrics{"9464"}, Worker: Worker{10},
		Notify: notifyOfWhole(t, in.Dir),
		Report: Report{Listen: "8234", URL: "https://reports.example.com/longhaul"}, UIURL: "https://temporal.example.com",
	}
	if diff := cmp.Diff(rest, cfg); diff != "" {
		t.Errorf("the rest differs (-want +got):\n%s", diff)
	}
}

func TestRead_hasDefaults_andNeedsNoFile(t *testing.T) {
	t.Parallel()
	cfg, file, err := Read(withFlags(t, Input{Dir: t.TempDir()}))
	if err != nil || file != "" {
		t.Fatalf("file %q, %v", file, err)
	}
	if len(cfg.Sources.Names()) != 0 {
		t.Errorf("sources from nowhere: %v", cfg.Sources.Names())
	}
	cfg.Sources = nil
	want := Config{Log: Log{"info", "auto"}, Worker: Worker{defaultSlots}, Notify: defaultNotify}
	if diff := cmp.Diff(want, cfg); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRead_flagsBeatEnvironment_environmentBeatsFile_fileBeatsDefaults(t *testing.T) {
	t.Parallel()
	const text = "storage: mem://file\nlog: {level: error}\nworker: {slots: 5}\n"
	in := settings(t, text, "LONGHAUL_STORAGE=mem://environment", "LONGHAUL_WORKER_SLOTS=6", "LONGHAUL_LOG_FORMAT=")
	cfg, _, err := Read(withFlags(t, in, "--storage", "mem://flag"))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{cfg.Storage, fmt.Sprint(cfg.Worker.Slots), cfg.Log.Level, cfg.Log.Format}
	if diff := cmp.Diff([]string{"mem://flag", "6", "error", "auto"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestRead_takesWholeSourcesFromTheEnvironment(t *testing.T) {
	t.Parallel()
	in := settings(t, whole,
		"LONGHAUL_SOURCES_ACME_MAX_IN_FLIGHT=7", "LONGHAUL_SOURCES_BETA_2_QUOTA_SHARE=99", "LONGHAUL_SOURCES_ACME_CATALOG_TOKEN=file:token",
		"LONGHAUL_SOURCES_NEW_ONE_SALESFORCE_BASE_URL=new.my.salesforce.com", "LONGHAUL_SOURCES_NEW_ONE_SALESFORCE_CLIENT_ID=id",
		"LONGHAUL_SOURCES_NEW_ONE_SALESFORCE_CLIENT_SECRET=env:NEW_SECRET", "LONGHAUL_SOURCES_NEW_ONE_SCOPE_PRIVATE=true", "NEW_SECRET=hush",
		"LONGHAUL_SOURCES_ACME_QUOTA_PROBE=2h", "LONGHAUL_SOURCES_BETA_2_GUARD_TIMEOUT=90m")
	cfg, _, err := Read(in)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"acme", "beta-2", "new-one"}, cfg.Sources.Names()); diff != "" {
		t.Error(diff)
	}
	acme, _ := cfg.Sources.Get("acme")
	beta, _ := cfg.Sources.Get("beta-2")
	fresh, _ := cfg.Sources.Get("new-one")
	if acme.Quota.Probe != 2*time.Hour || beta.Guard.Timeout != 90*time.Minute {
		t.Errorf("the environment's times are not heard: %+v %+v", acme.Quota, beta.Guard)
	}
	if acme.MaxInFlight != 7 || acme.MaxShards != 6 || beta.Quota.Share != 99 || !fresh.Scope.Private {
		t.Errorf("the environment is not heard: %+v %+v %+v", acme, beta, fresh)
	}
	credentials, err := fresh.SalesforceCredentials(t.Context())
	if err != nil || credentials.ClientSecret != "hush" {
		t.Errorf("the secret is not read from the given environment: %v", err)
	}
}

func TestRead_pathsInTheFileStartAtTheFile_othersWhereWeAre(t *testing.T) {
	t.Parallel()
	in := settings(t, "data_dir: data\n")
	elsewhere := t.TempDir()
	file := filepath.Join(in.Dir, DefaultFile)
	tests := []struct {
		name        string
		args        []string
		environment []string
		want        string
	}{
		{"from the file", []string{"--config", file}, nil, in.Dir + "/data"},
		{"from a file that the environment names", nil, []string{"LONGHAUL_CONFIG=" + file}, in.Dir + "/data"},
		{"from the environment", []string{"--config", file}, []string{"LONGHAUL_DATA_DIR=d"}, elsewhere + "/d"},
		{"from a flag", []string{"--config", file, "--data-dir", "f"}, nil, elsewhere + "/f"},
	}
	for _, tt := range tests {
		cfg, _, err := Read(withFlags(t, Input{Dir: elsewhere, Environment: tt.environment}, tt.args...))
		if err != nil || cfg.DataDir != tt.want {
			t.Errorf("%s: got %s, %v, want %s", tt.name, cfg.DataDir, err, tt.want)
		}
		if got, _ := cfg.StorageURL(); got != "file://"+tt.want+"/bucket" {
			t.Errorf("%s: the bucket is %s", tt.name, got)
		}
	}
}

func TestStorageURL_escapesTheFolder(t *testing.T) {
	t.Parallel()
	got, err := Config{DataDir: "/a folder/#1?"}.StorageURL()
	if want := "file:///a%20folder/%231%3F/bucket"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := (Config{}).StorageURL(); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), "no bucket is set") {
		t.Errorf("got %v", err)
	}
}

func needing(in Input) Input {
	in.NeedSources, in.NeedStorage = true, true
	return in
}

func TestRead_saysWhatIsNeeded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	tests := []struct {
		name string
		in   Input
		want string
	}{
		{"a bucket", Input{Dir: dir, NeedStorage: true}, noStorage},
		{"a file", Input{Dir: dir, NeedSources: true}, fmt.Sprintf(noFile, dir)},
		{"a file and a bucket", Input{Dir: dir, NeedSources: true, NeedStorage: true}, "longhaul.yaml is not in " + dir + "; write one that has a source"},
		{"a source", needing(settings(t, "storage: s3://bucket\n")), noSources},
		{"a source and a bucket", needing(settings(t, "log: {level: info}\n")), noStorage},
		{
			"a file that was asked for", withFlags(t, Input{Dir: dir}, "--config", "absent.yaml"),
			"the settings file " + dir + "/absent.yaml cannot be read (no such file or directory): check the path given with --config or LONGHAUL_CONFIG",
		},
		{
			"a file and not a folder", withFlags(t, Input{Dir: dir}, "--config", "."),
			"the settings file " + dir + " cannot be read (is a directory): check the path given with --config or LONGHAUL_CONFIG",
		},
	}
	for _, tt := range tests {
		_, _, err := Read(tt.in)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	if _, _, err := Read(Input{Dir: dir, NeedStorage: true, Environment: Environment{"LONGHAUL_DATA_DIR=x"}}); err != nil {
		t.Errorf("a data directory is not enough for a bucket: %v", err)
	}
}

func TestRead_warnsOfVariablesThatLookLikeSettings(t *testing.T) {
	t.Parallel()
	environment := Environment{"LONGHAUL_LOGLEVEL=debug", "LONGHAUL_METRIC_ADDRESS=:1", "LONGHAUL_CONFIG=", "LONGHAUL_SOMETHING_ELSE=1"}
	cfg, _, err := Read(Input{Dir: t.TempDir(), Environment: environment})
	want := []string{
		"the environment variable LONGHAUL_LOGLEVEL means nothing here; did you mean LONGHAUL_LOG_LEVEL?",
		"the environment variable LONGHAUL_METRIC_ADDRESS means nothing here; did you mean LONGHAUL_METRICS_ADDRESS?",
	}
	if diff := cmp.Diff(want, cfg.Warnings); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
