package host

import (
	"regexp"
	"testing"
	"time"

	"longhaul/internal/source"
)

// fingerprinted is a source with everything that a fingerprint may be made of.
func fingerprinted(change func(*source.Source)) string {
	s := source.Source{
		Name: "acme", Salesforce: source.Salesforce{BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9", ClientSecret: source.Held("one")},
		Exports: []source.Export{{
			Name: "castor", Section: "catalog", Texts: map[string]string{"zone": "EU", "ca_file": "/a/ca.pem"},
			Secrets: map[string]source.Secret{"token": source.Held("two")},
		}},
	}.WithDefaults()
	if change != nil {
		change(&s)
	}
	return fingerprint(s, "s3://bucket")
}

func TestFingerprint_isOfWhatASyncDependsOn(t *testing.T) {
	t.Parallel()
	first := fingerprinted(nil)
	if !regexp.MustCompile(`^[0-9a-f]{8}$`).MatchString(first) {
		t.Errorf("the fingerprint is %q", first)
	}
	for name, change := range map[string]func(*source.Source){
		"another secret":         func(s *source.Source) { s.Salesforce.ClientSecret = source.Held("another") },
		"another token":          func(s *source.Source) { s.Exports[0].Secrets["token"] = source.Held("another") },
		"another path":           func(s *source.Source) { s.Exports[0].Texts["ca_file"] = "/b/ca.pem" },
		"a file of certificates": func(s *source.Source) { s.Salesforce.CAFile = "/b/ca.pem" },
	} {
		if got := fingerprinted(change); got != first {
			t.Errorf("%s: it is another", name)
		}
	}
	for name, change := range map[string]func(*source.Source){
		"another host":    func(s *source.Source) { s.Salesforce.BaseURL = "other.my.salesforce.com" },
		"another app":     func(s *source.Source) { s.Salesforce.ClientID = "3MVG8" },
		"another zone":    func(s *source.Source) { s.Exports[0].Texts["zone"] = "US" },
		"fewer requests":  func(s *source.Source) { s.MaxInFlight = 3 },
		"another share":   func(s *source.Source) { s.Quota.Share = 50 },
		"private folders": func(s *source.Source) { s.Scope.Private = true },
		"the schedule":    func(s *source.Source) { s.Schedule.Every = time.Hour },
	} {
		if got := fingerprinted(change); got == first {
			t.Errorf("%s: it is the same", name)
		}
	}
	if fingerprint(source.Source{}, "s3://a") == fingerprint(source.Source{}, "s3://b") {
		t.Error("another bucket: it is the same")
	}
}
