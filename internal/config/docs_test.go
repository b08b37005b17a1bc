package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/export/castor"
	"longhaul/internal/source"
)

const docs = "../../docs"

// TestExample_isWholeAndShowsTheDefaults reads the example of the documentation.
func TestExample_isWholeAndShowsTheDefaults(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(docs, "longhaul.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	in := settings(t, string(text), "ACME_CLIENT_SECRET=made-up")
	in.NeedStorage, in.NeedSources = true, true
	cfg, _, err := Read(in)
	if err != nil || len(cfg.Warnings) != 0 {
		t.Fatalf("%v, warnings %q", err, cfg.Warnings)
	}
	acme, err := cfg.Sources.Get("acme")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := acme.SalesforceCredentials(t.Context()); err != nil || c.ClientSecret != "made-up" {
		t.Errorf("the client secret of acme is not the one of the environment: %v", err)
	}
	want := source.Source{
		Name: "acme",
		Salesforce: source.Salesforce{
			BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9...", ClientSecret: reference(t, "env:ACME_CLIENT_SECRET"), APIVersion: "59.0",
		},
		Exports: castor.Catalog{
			Zone: "EU", SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", Token: reference(t, "file:/run/secrets/acme_catalog_token"),
		}.Exports(),
	}.WithDefaults()
	if diff := cmp.Diff(want, acme); diff != "" {
		t.Errorf("acme has other values than the defaults (-want +got):\n%s", diff)
	}
	if cfg.Log != (Log{"info", "auto"}) || cfg.Worker.Slots != defaultSlots {
		t.Errorf("%+v and %+v are not the defaults", cfg.Log, cfg.Worker)
	}

	v, _, _ := readDocument(DefaultFile, text)
	schema().leaves("", func(path string, _ setting) {
		if _, ok := v.data[path]; !ok {
			t.Errorf("the example has no %s", path)
		}
	})
	perSource, _ := schema().field("sources")
	perSource.leaves("", func(path string, _ setting) {
		for _, name := range sourceNames(v) {
			if _, ok := v.data["sources."+name+"."+path]; ok {
				return
			}
		}
		t.Errorf("no source of the example has %s", path)
	})
	for _, one := range receiverSettings {
		if !slices.ContainsFunc(namesUnder(v, receiversPath), func(name string) bool { return v.has(receiversPath + "." + name + "." + one.name) }) {
			t.Errorf("no receiver of the example has %s", one.name)
		}
	}
	if len(notifyOf(v, "sources.sandbox.")) == 0 {
		t.Error("no source of the example has events of its own for a receiver")
	}
}

// TestConfigurationPage_namesEverything holds the page against the code: settings, variables, flags, castor's options.
func TestConfigurationPage_namesEverything(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(docs, "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	row := func(names ...string) {
		for line := range strings.Lines(string(page)) {
			missing := false
			for _, name := range names {
				missing = missing || !strings.Contains(line, "`"+name+"`")
			}
			if !missing {
				return
			}
		}
		t.Errorf("the page has no line with %q", names)
	}
	schema().leaves("", func(path string, _ setting) {
		names := []string{path, prefix + shout(path)}
		for flag, flagPath := range flagPaths {
			if flagPath == path {
				names = append(names, "--"+flag)
			}
		}
		row(names...)
	})
	perSource, _ := schema().field("sources")
	perSource.leaves("", func(path string, _ setting) { row(path, shout(path)) })
	for _, one := range receiverSettings {
		row(receiversPath+".<name>."+one.name, prefix+shout(receiversPath)+"_<NAME>_"+shout(one.name))
	}
	row("notify.<receiver>.events", "NOTIFY_<RECEIVER>_EVENTS")
	for _, options := range [][]castorOption{extractOptions, uploadOptions} {
		for _, o := range options {
			row("--"+o.flag, "-"+o.short, o.env)
		}
	}
	for _, name := range []string{timeoutOverride, retryOverride, urlVariable, "--" + urlFlag, "--" + caFileFlag, prefix + "CONFIG", "--" + configFlag} {
		row(name)
	}
}
