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
