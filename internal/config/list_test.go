package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const accepting = `
sources:
  acme:
    salesforce: {base_url: acme.my.salesforce.com, client_id: x, client_secret: "env:S"}
    accept_missing: `

func TestAcceptMissing_isReadHoweverItIsWritten(t *testing.T) {
	t.Parallel()
	two := []string{"ManagePvtRptsAndDashbds", "ViewPublicReports"}
	for written, want := range map[string][]string{
		"[ManagePvtRptsAndDashbds]":                                    two[:1],
		"\n      - ManagePvtRptsAndDashbds\n      - ViewPublicReports": two,
		"[PermissionsManagePvtRptsAndDashbds, viewpublicreports]":      two,
		"ManagePvtRptsAndDashbds, ViewPublicReports":                   two,
		"[ManagePvtRptsAndDashbds, managepvtrptsanddashbds]":           two[:1],
		"[]": nil,
		"":   nil,
	} {
		cfg, _, err := Read(settings(t, accepting+written+"\n", "S=s"))
		if err != nil {
			t.Errorf("%q: %v", written, err)
			continue
		}
		acme, _ := cfg.Sources.Get("acme")
		if diff := cmp.Diff(want, acme.AcceptMissing); diff != "" {
			t.Errorf("%q (-want +got):\n%s", written, diff)
		}
	}
	cfg, _, err := Read(settings(t, accepting+"[ViewAllUsers]\n", "S=s", "LONGHAUL_SOURCES_ACME_ACCEPT_MISSING=ManagePvtRptsAndDashbds,ViewPublicReports"))
	if err != nil {
		t.Fatal(err)
	}
	if acme, _ := cfg.Sources.Get("acme"); !cmp.Equal(acme.AcceptMissing, two) {
		t.Errorf("by the environment it is %q", acme.AcceptMissing)
	}
}

func TestAcceptMissing_namesItsMistakes(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"[ManagePvtRptsAndDashboards]": `5: sources.acme.accept_missing: "ManagePvtRptsAndDashboards" is not the name of a permission that may be missing; did you mean ManagePvtRptsAndDashbds?`,
		"[Everything]": `5: sources.acme.accept_missing: "Everything" is not the name of a permission that may be missing; ` +
			`known here: ViewPublicReports, ViewPublicDashboards, ManagePvtRptsAndDashbds, ViewAllUsers`,
		"[RunReports]": `5: sources.acme.accept_missing: RunReports cannot be done without: Salesforce describes no report to a user who lacks "Run Reports"`,
		"{a: b}":       "5: sources.acme.accept_missing: must be a list, such as [one, two]",
		"[[a]]":        "5: sources.acme.accept_missing: must be a list of single values, such as [one, two]",
		"[ManagePvtRptsAndDashbds]\n    scope: {private: true}": "5: sources.acme.accept_missing: " +
			"ManagePvtRptsAndDashbds may not be missing where scope.private requires private reports: keep one of them",
	} {
		_, _, err := Read(settings(t, accepting+written+"\n", "S=s"))
		if diff := cmp.Diff([]string{DefaultFile + ":" + want}, sentences(t, err)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", written, diff)
		}
	}
	_, _, err := Read(settings(t, accepting+"[]\n", "S=s", "LONGHAUL_SOURCES_ACME_ACCEPT_MISSING=Everything"))
	if got := sentences(t, err); len(got) != 1 || !strings.HasPrefix(got[0], `LONGHAUL_SOURCES_ACME_ACCEPT_MISSING: "Everything" is not`) {
		t.Errorf("got %q", got)
	}
}
