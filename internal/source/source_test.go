package source

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
)

func TestSalesforceCredentials_readsTheDocument(t *testing.T) {
	t.Parallel()
	path := write(t, "acme.json", "\xef\xbb\xbf"+`{"baseUrl":"acme.my.salesforce.com","clientId":"3MVG9","clientSecret":"s","more":1}`)
	secret, err := References{}.Parse("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	s := Source{Name: "acme", Salesforce: Salesforce{Auth: ClientCredentials, Credentials: secret}}
	got, err := s.SalesforceCredentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := (Credentials{BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9", ClientSecret: "s"}); got != want {
		t.Error("the credentials are not those of the document")
	}
}

func TestSalesforceCredentials_ofAPasswordLogin(t *testing.T) {
	t.Parallel()
	login := Salesforce{BaseURL: "b", Auth: Password, ClientID: "c", ClientSecret: Held("s"), Username: "u", Password: Held("p")}
	s := Source{Name: "acme", Salesforce: login}
	got, err := s.SalesforceCredentials(t.Context())
	if want := (Credentials{BaseURL: "b", ClientID: "c", ClientSecret: "s", Username: "u", Password: "p"}); err != nil || got != want {
		t.Errorf("without a security token: %v", err)
	}
	s.Salesforce.SecurityToken = Held("")
	if _, err := s.SalesforceCredentials(t.Context()); err != nil {
		t.Errorf("with an empty security token: %v", err)
	}
	s.Salesforce.SecurityToken = Held("tok")
	if got, err := s.SalesforceCredentials(t.Context()); err != nil || got.SecurityToken != "tok" {
		t.Errorf("with a security token: %v", err)
	}
	references := References{Lookup: fixed(map[string]string{"EMPTY": ""})}
	s.Salesforce.Password, _ = references.Parse("env:EMPTY")
	want := `password of source "acme" is empty: env:EMPTY holds nothing; put the secret there`
	if _, err := s.SalesforceCredentials(t.Context()); !fault.Is(err, fault.Invalid) || err.Error() != want {
		t.Errorf("with an empty password: got %v, want %s", err, want)
	}
	s.Salesforce.Password, _ = references.Parse("env:ABSENT")
	want = `password of source "acme": the environment variable ABSENT is not set`
	if _, err := s.SalesforceCredentials(t.Context()); !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("with an absent password: got %v, want %s", err, want)
	}
}

func TestParseDocument_givesTheLine(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a missing comma", "{\n  \"baseUrl\": \"b\"\n  \"clientId\": \"c\"\n}", "f.json:3: this is not JSON; look for a missing quote, comma or brace there"},
		{"an open brace", "{\n\"baseUrl\": \"b\",\n", "f.json:2: this is not JSON"},
		{"an open quote", "{\n\"clientSecret\": \"hunter2\n}", "f.json:2: this is not JSON"},
		{"a number", "{\n\"baseUrl\": \"b\",\n\"clientSecret\": 4711\n}", "f.json:3: clientSecret must be a text in quotes"},
		{"a list", "\n[]", `f.json:2: the document must be an object {"baseUrl", "clientId", "clientSecret"}`},
		{"missing keys", `{"baseUrl":"b"}`, `f.json lacks clientId and clientSecret: it must hold {"baseUrl", "clientId", "clientSecret"}`},
		{"null", `null`, `f.json lacks baseUrl and clientId and clientSecret`},
		{"two documents", `{} {}`, "f.json:1: this is not JSON"},
	}
	for _, tt := range tests {
		_, err := parseDocument("f.json", []byte(tt.text))
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
			continue
		}
		if strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "4711") {
			t.Errorf("%s: the value shows in %v", tt.name, err)
		}
	}
}

func FuzzParseDocument(f *testing.F) {
	for _, seed := range []string{"", "{", "null", `{"baseUrl":1}`, `{"baseUrl":"b","clientId":"c","clientSecret":"d"}`, "\xef\xbb\xbf{}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := parseDocument("f", data)
		if err != nil && !fault.Is(err, fault.Invalid) || err == nil && (d.BaseURL == "" || d.ClientID == "" || d.ClientSecret+d.PrivateKey == "") {
			t.Errorf("%q: %v", data, err)
		}
	})
}

func TestExportSecret(t *testing.T) {
	t.Parallel()
	if _, err := (Source{Name: "acme"}).ExportSecret(t.Context(), "castor", "token"); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a section: got %v", err)
	}
	s := Source{Name: "acme", Exports: castorWith(Held("tok"))}
	if got, err := s.ExportSecret(t.Context(), "castor", "token"); err != nil || got != "tok" {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := s.ExportSecret(t.Context(), "castor", "password"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "catalog.password") {
		t.Errorf("a secret that is not set: got %v", err)
	}
}

// castorWith is the export castor with a token.
func castorWith(token Secret) []Export {
	return []Export{{Name: "castor", Section: "catalog", Secrets: map[string]Secret{"token": token}}}
}

func TestRegistry_listsTheKnownSources(t *testing.T) {
	t.Parallel()
	r, err := NewRegistry(Source{Name: "demo"}, Source{Name: "acme", MaxInFlight: 4})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"acme", "demo"}, r.Names()); diff != "" {
		t.Error(diff)
	}
	got, err := r.Get("acme")
	want := Source{
		Name: "acme", Salesforce: Salesforce{Auth: ClientCredentials}, Exports: []Export{{Name: DefaultExport}}, MaxInFlight: 4, MaxShards: 4,
		Quota: Quota{Ceiling: 80, Share: 25, Probe: 45 * time.Minute}, Guard: Guard{MaxShrink: 10, Timeout: 168 * time.Hour},
		Refresh: Refresh{Audit: 30 * 24 * time.Hour}, Keep: Keep{Accounts: 90, Days: 400},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
	_, err = r.Get("x")
	if !fault.Is(err, fault.Invalid) || err.Error() != `source "x" is not configured; this worker knows: acme, demo` {
		t.Errorf("got %v", err)
	}
	if _, err := r.Get("acmee"); err == nil || !strings.HasSuffix(err.Error(), "this worker knows: acme, demo; did you mean acme?") {
		t.Errorf("got %v", err)
	}
	if _, err := (&Registry{}).Get("x"); err == nil || err.Error() != `source "x" is not configured; this worker knows none` {
		t.Errorf("an empty registry: got %v", err)
	}
	if _, err := (*Registry)(nil).Get("x"); err == nil {
		t.Error("no registry knows a source")
	}
	if _, err := NewRegistry(Source{Name: "a"}, Source{Name: "a"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a name twice: got %v", err)
	}
}

func TestCheckName(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"a", "acme-2", "a--b", strings.Repeat("a", 40)} {
		if err := CheckName(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "Acme", "a_b", "a.b", "ä", "a b", "a\n", strings.Repeat("a", 41)} {
		if err := CheckName(bad); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "use 1 to 40 of a-z, 0-9 and -") {
			t.Errorf("%q: got %v", bad, err)
		}
	}
}
