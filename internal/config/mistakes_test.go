package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
)

// head is a whole source up to line 6.
const head = `sources:
  acme:
    salesforce:
      base_url: acme.my.salesforce.com
      client_id: id
      client_secret: env:S
`

const asReference = "holds the secret itself, which anybody who sees the settings could read: " +
	"put it in an environment variable or in a file and write env:NAME or file:PATH"

const auditDays = "must be a number of days from 1d to 365d, or 0 for never"

const probeTimes = "must be a time from 1s to 24h, written as 90s, 15m or 36h"

func TestRead_findsMistakesWithTheirLines(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		text string
		want []string // behind longhaul.yaml:
	}{
		{"an unknown setting with a near one", "storge: mem://x\n", []string{`1: there is no setting "storge" here; did you mean storage?`}},
		{
			"an unknown setting with none near", "retention: 3\n",
			[]string{`1: there is no setting "retention" here; known here: data_dir, storage, sources, log, metrics, report, secrets, worker, notify, ui_url`},
		},
		{
			"another spelling", head + "    maxInFlight: 3\n",
			[]string{`7: sources.acme: there is no setting "maxInFlight" here; did you mean max_in_flight?`},
		},
		{"capitals", "Sources:\n  acme: {}\n", []string{`1: there is no setting "Sources" here; did you mean sources?`}},
		{"a setting twice", "storage: mem://a\nlog: {level: info}\nstorage: mem://b\n", []string{"3: storage: is set twice, first on line 1: keep one"}},
		{"a source twice", head + strings.TrimPrefix(head, "sources:\n"), []string{"7: sources.acme: is set twice, first on line 2: keep one"}},
		{"a source with capitals", "sources:\n  Acme: {}\n", []string{`2: sources: "Acme" is not a source name: use 1 to 40 of a-z, 0-9 and -`}},
		{"a source with a dot", "sources:\n  acme.eu: {}\n", []string{`2: sources: "acme.eu" is not a source name: use 1 to 40 of a-z, 0-9 and -`}},
		{"a secret itself", strings.Replace(head, "env:S", "hunter2", 1), []string{"6: sources.acme.salesforce.client_secret: " + asReference}},
		{"a secret that is a number", strings.Replace(head, "env:S", "123456", 1), []string{"6: sources.acme.salesforce.client_secret: " + asReference}},
		{
			"an empty secret", strings.Replace(head, "env:S", "", 1),
			[]string{"6: sources.acme.salesforce.client_secret: is empty: write env:NAME or file:PATH, or remove the line"},
		},
		{"a text for a number", head + "    max_in_flight: many\n", []string{"7: sources.acme.max_in_flight: must be a whole number from 1 to 500, without quotes"}},
		{"a number in quotes", head + "    max_in_flight: \"3\"\n", []string{"7: sources.acme.max_in_flight: must be a whole number from 1 to 500, without quotes"}},
		{"a broken number", head + "    max_in_flight: 2.5\n", []string{"7: sources.acme.max_in_flight: must be a whole number from 1 to 500, without quotes"}},
		{"a number out of bounds", head + "    max_shards: 65\n", []string{"7: sources.acme.max_shards: must be a whole number from 1 to 64"}},
		{"zero", head + "    quota: {ceiling: 0}\n", []string{"7: sources.acme.quota.ceiling: must be a whole number from 1 to 100"}},
		{"a time without a unit", head + "    quota: {probe: 15}\n", []string{"7: sources.acme.quota.probe: " + probeTimes}},
		{"a time in days", head + "    quota:\n      probe: 1d\n", []string{"8: sources.acme.quota.probe: " + probeTimes}},
		{"no time at all", head + "    quota: {probe: }\n", []string{"7: sources.acme.quota.probe: " + probeTimes}},
		{"a time that is too short", head + "    quota: {probe: 999ms}\n", []string{"7: sources.acme.quota.probe: " + probeTimes}},
		{"a negative time", head + "    quota: {probe: -15m}\n", []string{"7: sources.acme.quota.probe: " + probeTimes}},
		{"a time that is too long", head + "    quota: {probe: 24h1s}\n", []string{"7: sources.acme.quota.probe: " + probeTimes}},
		{"days without a unit", head + "    refresh: {audit: 30}\n", []string{"7: sources.acme.refresh.audit: " + auditDays}},
		{"days in hours", head + "    refresh: {audit: 720h}\n", []string{"7: sources.acme.refresh.audit: " + auditDays}},
		{"no days", head + "    refresh: {audit: 0d}\n", []string{"7: sources.acme.refresh.audit: " + auditDays}},
		{"too many days", head + "    refresh: {audit: 366d}\n", []string{"7: sources.acme.refresh.audit: " + auditDays}},
		{"a part of a day", head + "    refresh: {audit: 1.5d}\n", []string{"7: sources.acme.refresh.audit: " + auditDays}},
		{
			"a guard out of bounds", head + "    guard: {max_shrink: 101, timeout: 2161h}\n",
			[]string{
				"7: sources.acme.guard.max_shrink: must be a whole number from 1 to 100",
				"7: sources.acme.guard.timeout: must be a time from 1m to 2160h, written as 90s, 15m or 36h",
			},
		},
		{"a word for a yes or no", head + "    scope:\n      private: sometimes\n", []string{"8: sources.acme.scope.private: must be true or false, without quotes"}},
		{
			"a value for a section", "sources: acme\n",
			[]string{"1: sources: must hold settings of the form name: value (salesforce, catalog, csv, exports, max_in_flight, max_shards, quota, refresh, guard, scope, keep, accept_missing, schedule, notify)"},
		},
		{"a list for a section", "log:\n- level\n", []string{"1: log: must hold settings of the form name: value (level, format)"}},
		{"a section for a value", "storage:\n  url: mem://x\n", []string{"2: storage: must be one value, not a list or a section"}},
		{"an empty section", head + "    catalog:\n", []string{"7: sources.acme.catalog: is empty: fill it in or remove the line"}},
		{"a list for everything", "- a\n", []string{"1: must hold settings of the form name: value (data_dir, storage, sources, log, metrics, report, secrets, worker, notify, ui_url)"}},
		{"a reference", "log: &l {level: info}\n", []string{"1: log: references (& and *) are not for settings: write the value out"}},
		{"a merge", "log:\n  <<: {level: info}\n", []string{"2: log: this is not the name of a setting: merges, references and compound keys are not for settings"}},
		{"a second document", "storage: mem://x\n---\nlog: {}\n", []string{"2: a second document begins after ---: keep one"}},
		{
			"a folder for a bucket", "storage: /var/lib/longhaul\n",
			[]string{"1: storage: must be the URL of a bucket such as file:///var/lib/longhaul or s3://name: a folder is written file:///its/path"},
		},
		{
			"a folder with two slashes", "storage: file://var/lib\n",
			[]string{`1: storage: names the machine "var": a folder on this machine is written with three slashes, file:///its/path, ` +
				`one beside the settings file as file://./its/path`},
		},
		{
			"a password in the bucket's URL", "storage: s3://key:hunter2@bucket\n",
			[]string{"1: storage: holds a password in the URL: leave it out and log in to the bucket as its provider's tools do"},
		},
		{"a log level", "log: {level: loud}\n", []string{`1: log.level: "loud" is not one of debug, info, warn, error`}},
		{"an address of pages", "report: {listen: off}\n", []string{"1: report.listen: must be none, a port of this machine such as 8234, or an address such as 0.0.0.0:8234"}},
		{"an address", "metrics: {address: here}\n", []string{"1: metrics.address: must be a port of this machine such as 9464, or an address such as 0.0.0.0:9464"}},
		{"a version", head + "      api_version: 59\n", []string{`7: sources.acme.salesforce.api_version: "59" is not a version of the Salesforce API: write it as 59.0, or leave it out`}},
		{"a source without anything", "sources:\n  acme: {}\n", []string{"2: sources.acme.salesforce lacks base_url, client_id and client_secret"}},
		{"a password login without a user", head + "      auth: password\n", []string{"3: sources.acme.salesforce lacks username and password"}},
		{
			"a user without a password login", head + "      username: u\n",
			[]string{"7: sources.acme.salesforce.username is for auth: password or jwt_bearer only: remove it, or set auth: password or jwt_bearer"},
		},
		{"credentials beside their parts", head + "      credentials: file:c.json\n", []string{
			"4: sources.acme.salesforce.base_url is set beside credentials, which already holds it: keep one of them",
			"5: sources.acme.salesforce.client_id is set beside credentials, which already holds it: keep one of them",
			"6: sources.acme.salesforce.client_secret is set beside credentials, which already holds it: keep one of them",
		}},
		{
			"a source id that is no UUID", head + "    catalog:\n      source_id: acme\n      token: env:T\n",
			[]string{`8: sources.acme.catalog.source_id: the source id "acme" is not a UUID such as 399a8b22-3187-41ec-8d3d-0242ac130003: ` +
				"copy the one that the Catalog team gave you with the token"},
		},
		{"a zone and a url", head + "    catalog: {zone: EU, url: 'https://x.example.com'}\n", []string{
			"7: sources.acme.catalog has both a zone and a url: keep one of them", "7: sources.acme.catalog lacks source_id and token",
		}},
		{
			"an unknown zone", head + "    catalog: {zone: eu, source_id: 399a8b22-3187-41ec-8d3d-0242ac130003, token: 'env:T'}\n",
			[]string{`7: sources.acme.catalog.zone: "eu" is not a zone of the catalog: use EU (app.castordoc.com) or US (app.us.castordoc.com)`},
		},
		{
			"more shards than requests", head + "    max_in_flight: 3\n    max_shards: 4\n",
			[]string{"8: sources.acme.max_shards: 4 shards cannot share 3 requests in flight: lower it, or raise max_in_flight"},
		},
		{"everything at once", "storge: x\nlog: {level: loud}\nsources:\n  acme:\n    salesforce: {client_secret: hunter2}\n", []string{
			`1: there is no setting "storge" here; did you mean storage?`, `2: log.level: "loud" is not one of debug, info, warn, error`,
			"5: sources.acme.salesforce.client_secret: " + asReference, "5: sources.acme.salesforce lacks base_url and client_id",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { findsMistakes(t, tt.text, tt.want) })
	}
}

// findsMistakes reads a text that has these mistakes and no other.
func findsMistakes(t *testing.T, text string, mistakes []string) {
	t.Helper()
	t.Parallel()
	_, _, err := Read(settings(t, text))
	want := make([]string, len(mistakes))
	for i, w := range mistakes {
		want[i] = DefaultFile + ":" + w
	}
	if diff := cmp.Diff(want, sentences(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a secret shows: %v", err)
	}
}

// sentences are the mistakes of an error, which must be of class invalid.
func sentences(t *testing.T, err error) []string {
	t.Helper()
	var mistakes Mistakes
	if !errors.As(err, &mistakes) || !fault.Is(err, fault.Invalid) {
		t.Fatalf("%v is not a list of mistakes", err)
	}
	all := make([]string, len(mistakes))
	for i, m := range mistakes {
		all[i] = m.Error()
	}
	return all
}

func TestRead_saysWhereYAMLIsBroken(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, line, what string }{
		{"a tab", "log:\n\tlevel: info\n", "2", "indent with spaces"},
		{"a wrong indentation", "sources:\n  acme:\n    salesforce:\n      base_url: x\n     client_id: y\nlog: {}\n", "5", "this is not YAML"},
		{"an open quote", "storage: mem://x\nlog: {level: \"info}\nworker: {}\n", "2", "this is not YAML"},
		{"a missing space", "log:\n  level:info\n  format: json\n", "3", "this is not YAML"},
		{"an open brace", "storage: mem://x\nlog: {level: info\n", "2", "this is not YAML"},
		{"an unknown reference", "storage: mem://x\nlog: *other\n", "2", "this is not YAML"},
		{"two values", "log: {}\nstorage: mem: x\n", "2", "this is not YAML"},
		{"no text at all", "\x00\x01", "1", "this is not YAML"},
		{"an open list of a source", "data_dir: x\nsources:\n  acme: [\n", "3", "this is not YAML"},
	}
	for _, tt := range tests {
		in := settings(t, tt.text)
		in.NeedStorage, in.NeedSources = true, true // what cannot be read does not lack a bucket
		_, _, err := Read(in)
		got := sentences(t, err)
		if len(got) != 1 || !strings.HasPrefix(got[0], DefaultFile+":"+tt.line+": ") || !strings.Contains(got[0], tt.what) {
			t.Errorf("%s: got %q, want line %s and %q", tt.name, got, tt.line, tt.what)
		}
	}
}

func TestRead_findsMistakesOfEnvironmentAndFlags(t *testing.T) {
	t.Parallel()
	in := settings(t, head,
		"LONGHAUL_LOG_LEVEL=loud", "LONGHAUL_WORKER_SLOTS=many", "LONGHAUL_SOURCES_ACME_SCOPE_PRIVATE=yes",
		"LONGHAUL_SOURCES_ACME_SALESFORCE_CLIENT_SECRET=hunter2", "LONGHAUL_SOURCES_NEW_QUOTA_SHARE=5",
		"LONGHAUL_SOURCES_ACME_QUOTA_PROBE=often")
	_, _, err := Read(withFlags(t, in, "--storage", "/var"))
	want := []string{
		`LONGHAUL_LOG_LEVEL: "loud" is not one of debug, info, warn, error`,
		"LONGHAUL_SOURCES_ACME_QUOTA_PROBE: " + probeTimes,
		"LONGHAUL_SOURCES_ACME_SALESFORCE_CLIENT_SECRET: " + asReference,
		"LONGHAUL_SOURCES_ACME_SCOPE_PRIVATE: must be true or false",
		"LONGHAUL_WORKER_SLOTS: must be a whole number from 1 to 1000",
		"--storage: must be the URL of a bucket such as file:///var/lib/longhaul or s3://name: a folder is written file:///its/path",
		"LONGHAUL_SOURCES_NEW_*: sources.new.salesforce lacks base_url, client_id and client_secret",
	}
	if diff := cmp.Diff(want, sentences(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, _, err = Read(Input{Dir: t.TempDir(), Environment: Environment{"LONGHAUL_SOURCES_ACME_MAX_INFLIGHT=3"}})
	if got := sentences(t, err); len(got) != 1 || !strings.HasPrefix(got[0], "LONGHAUL_SOURCES_ACME_MAX_INFLIGHT: is not LONGHAUL_SOURCES_<NAME>_<SETTING>; the settings are ACCEPT_MISSING, CATALOG_CA_FILE, ") {
		t.Errorf("got %q", got)
	}
}

func TestRead_refusesTheIDOfASyncForASource(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), DefaultFile)
	settings := `sources:
  plan-emea:
    salesforce: {base_url: x.my.salesforce.com, client_id: x, client_secret: "env:S"}
  sync-eu:
    max_shards: 2
`
	if err := os.WriteFile(path, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := Read(Input{Dir: filepath.Dir(path), Environment: Environment{"LONGHAUL_SOURCES_SYNC_ACME_MAX_SHARDS=3"}})
	want := []string{
		"longhaul.yaml:4: sources: a source named sync-eu would have the workflow sync-sync-eu: rename the source",
		"LONGHAUL_SOURCES_SYNC_ACME_MAX_SHARDS: a source named sync-acme would have the workflow sync-sync-acme: rename the source",
	}
	if diff := cmp.Diff(want, sentences(t, err)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakes_readAsAList(t *testing.T) {
	t.Parallel()
	one := Mistakes{{"longhaul.yaml:3", "x"}}
	if got := one.Error(); got != "longhaul.yaml:3: x" {
		t.Errorf("got %q", got)
	}
	two := append(one, Mistake{"", "y"})
	if got, want := two.Fault().Message, "the settings have 2 mistakes:\n  longhaul.yaml:3: x\n  y"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !errors.Is(two, two[1]) {
		t.Error("the mistakes are not in the error's tree")
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		whole, head, "", "a: [", "log: &a [*a]\n", "<<: {}", "? [a]\n: b", "sources: {a: {salesforce: ~}}", "log: !!binary x", "\xff\xfe", "--- \n---\n",
		"worker: {slots: 0x7fffffffffffffffff}", "sources:\n  - a", "!!map {log: !!str {}}", "worker: {slots: !!int 1_0}",
		head + "    guard: {timeout: 1h}\n", "%YAML 9.9\n---\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, mistakes, _ := readDocument(DefaultFile, []byte(text))
		for _, name := range sourceNames(v) {
			checkSource(v, name, &mistakes)
		}
		for _, m := range mistakes {
			if m.Where == "" || m.What == "" || strings.ContainsAny(m.Where, "\n") {
				t.Errorf("%q: a mistake without place or words: %q", text, m)
			}
		}
		if len(mistakes) > 0 {
			return
		}
		in := Input{Dir: "/nowhere"}
		raw, err := in.merge(v)
		if err != nil {
			t.Fatalf("%q: without a mistake, yet %v", text, err)
		}
		if cfg, err := in.build(raw, v, "/nowhere/"+DefaultFile); err != nil || len(cfg.Sources.Names()) != len(sourceNames(v)) {
			t.Errorf("%q: without a mistake, yet %v", text, err)
		}
	})
}
