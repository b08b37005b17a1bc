package cli

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestArguments_spelledOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name       string
		args, want []string
	}{
		{
			"argparse's shortened flags",
			[]string{"castor-extract-salesforce-viz", "--user", "me", "--out=dir"},
			[]string{"--username", "me", "--output=dir"},
		},
		{
			"a password that looks like a flag",
			[]string{"castor-extract-salesforce-viz", "-p", "--user", "--password", "--out"},
			[]string{"-p", "--user", "--password", "--out"},
		},
		{"an ambiguous beginning is left to fail", []string{"castor-extract-salesforce-viz", "--client", "x"}, []string{"--client", "x"}},
		{"an exact name beats longer ones", []string{"castor-upload", "--all", "--url", "x"}, []string{"--all", "--url", "x"}},
		{
			"the verb, and underscores for hyphens",
			[]string{"longhaul", "extract", "--base_url", "x", "-ume"},
			[]string{"extract", "--base-url", "x", "-ume"},
		},
		{"other verbs take no shortened flags", []string{"longhaul", "sync", "--det"}, []string{"sync", "--det"}},
		{"nothing", []string{"longhaul"}, []string{}},
	} {
		app, _ := newTestApp(t, row.args...)
		app.setDefaults()
		if diff := cmp.Diff(row.want, app.arguments(app.tree(newConsole(&app)))); diff != "" {
			t.Errorf("%s:\n%s", row.name, diff)
		}
	}
}

func TestItself_linksOfCastorsNames(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		argv0 string
		verbs []Verb
		want  Verb
	}{
		{"the extractor", "/usr/local/bin/castor-extract-salesforce-viz", []Verb{Extract, Upload}, Extract},
		{"the uploader", "castor-upload", []Verb{Sync, Upload}, Upload},
		{"with the ending of Windows", "castor-upload.exe", []Verb{Upload}, Upload},
		{"a verb that the program does not serve", "castor-extract-salesforce-viz", []Verb{Sync, Upload}, ""},
		{"our own name", "longhaul", []Verb{Extract, Upload}, ""},
	} {
		app := App{Args: []string{row.argv0}, Verbs: row.verbs}
		if got := app.itself(); got != row.want {
			t.Errorf("%s: got %q", row.name, got)
		}
	}
}
