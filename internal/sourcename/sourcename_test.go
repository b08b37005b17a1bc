package sourcename

import (
	"errors"
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

// Only the id of a sync is ambiguous: it names a source where no input does.
func TestCheck_refusesTheIDOfASync(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{"sync-acme": "acme", "sync-acme-eu": "acme-eu", "sync-sync-acme": "acme", "sync--acme": "acme"} {
		want := "a source named " + name + " would have the workflow sync-" + name + ": rename the source"
		if err := Check(name); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
		want = "a source is named " + source + ", its workflow sync-" + source + ": say `status " + source + "`"
		if err := CheckSpoken(name, "status"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
	for _, good := range []string{
		"plan-emea", "check-acme", "inspect-acme-x7f", "sync", "syncs-acme", "checkout", "plan", "planning", "acme-sync-eu", "a-check",
	} {
		if err := errors.Join(Check(good), CheckSpoken(good, "sync")); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

func TestCheckSpoken_takesAndRefusesTheSameLetters(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "-acme", "acme-", "Acme", "sync-", "sync_acme", strings.Repeat("x", 41)} {
		if err, written := CheckSpoken(bad, "sync"), Check(bad); !fault.Is(err, fault.Invalid) || err.Error() != written.Error() {
			t.Errorf("%q: %v, and in settings %v", bad, err, written)
		}
	}
}
