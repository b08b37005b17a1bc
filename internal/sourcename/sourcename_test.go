package sourcename

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "7", "acme", "acme-eu-2", "a--b", strings.Repeat("x", 40)} {
		if err := Check(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "-", "--", "-acme", "--acme", "acme-", "Acme", "acme_eu", "ac me", "acme\r", "ácme", "a/b", "..", strings.Repeat("x", 41),
	} {
		if err := Check(bad); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "is not a source name") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// Whoever copies the id of a workflow out of the UI hears the name that is meant.
func TestCheck_refusesTheIDOfAWorkflow(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"sync-acme": "acme", "check-acme": "acme", "plan-acme-eu": "acme-eu", "inspect-acme-x7f": "acme-x7f", "sync-check-acme": "acme",
	} {
		want := "a source is named " + source + ", its workflow " + name + ": say `sync " + source + "`"
		if err := Check(name); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	for _, good := range []string{"sync", "syncs-acme", "checkout", "plan", "planning", "acme-sync-eu", "a-check"} {
		if err := Check(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
