package staging_test

import (
	"testing"
	"time"

	"longhaul/internal/staging"
)

func TestUsageKey_isParsed(t *testing.T) {
	t.Parallel()
	hour := time.Date(2026, 11, 23, 18, 59, 0, 0, time.UTC)
	for want, name := range map[string]staging.UsageName{
		"sources/acme/usage/20261123T18/019ab-7c-17.2.json":          {Run: "019ab-7c", Activity: "17", Attempt: 2},
		"sources/acme/usage/20261123T18/019ab-7c-17.2.reserved.json": {Run: "019ab-7c", Activity: "17", Attempt: 2, Reserved: true},
	} {
		if got := staging.UsageKey("acme", hour, name); got != want {
			t.Errorf("the key of %+v is %s, want %s", name, got, want)
		}
		if got, ok := staging.ParseUsage(want); !ok || got != name {
			t.Errorf("%s is parsed as %+v, %t", want, got, ok)
		}
	}
	for _, key := range []string{
		"sources/acme/usage/20261123T18/17.json", "sources/acme/usage/20261123T18/r-17.0.json", "sources/acme/usage/20261123/r-17.1.json",
		"sources/acme/logins/20261123T18/00", "sources/acme/usage/20261123T18/r-17.1.reserved",
	} {
		if name, ok := staging.ParseUsage(key); ok {
			t.Errorf("%s is parsed as %+v", key, name)
		}
	}
}
