package catalog

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestPath_isCastors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		fileType FileType
		name     string
		want     string
	}{
		{Viz, "/out/1700000000-reports.json", "visualization-ID/1700000000-reports.json"},
		{Warehouse, "tables.csv", "warehouse-ID/tables.csv"},
		{Quality, `C:\data/checks.csv`, "quality-ID/42-checks.csv"},
		{Quality, `dir\checks.csv`, "quality-ID/42-checks.csv"},
		{DBT, "target/whatever.json", "transformation-ID/42-manifest.json"},
	}
	for _, tt := range tests {
		if got := Path(tt.fileType, "ID", "42", tt.name); got != tt.want {
			t.Errorf("%s %s: got %s, want %s", tt.fileType, tt.name, got, tt.want)
		}
	}
}

func TestParseFileType(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"DBT", "VIZ", "WAREHOUSE", "QUALITY"} {
		if got, err := ParseFileType(good); err != nil || string(got) != good {
			t.Errorf("%s: got %s, %v", good, got, err)
		}
	}
	want := `"viz" is not a file type: use DBT, VIZ, WAREHOUSE or QUALITY, and for any other castor's own castor-upload`
	if _, err := ParseFileType("viz"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestParseSourceID_takesAnyVersionAndWritesOneForm(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"399A8B22-3187-41EC-8D3D-0242AC130003", "399a8b22-3187-41ec-8d3d-0242ac130003"},
		{"6ba7b810-9dad-11d1-80b4-00c04fd430c8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"}, // version 1
		{"019398c3b5c87b0aa3d2a5c0ffee0001", "019398c3-b5c8-7b0a-a3d2-a5c0ffee0001"},     // version 7, bare
		{"", ""},
		{"acme", ""},
		{"{399a8b22-3187-41ec-8d3d-0242ac130003}", ""},
		{"399a8b22-3187-41ec-8d3d-0242ac13000g", ""},
		{"urn:uuid:399a8b22-3187-41ec-8d3d-0242ac130003", ""},
	}
	for _, tt := range tests {
		got, err := ParseSourceID(tt.text)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q: got %q, %v", tt.text, got, err)
		}
		if err != nil && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "is not a UUID such as")) {
			t.Errorf("%q: got %v", tt.text, err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, zone, url, want, sentence string }{
		{name: "the default is EU", want: "https://ingest.castordoc.com"},
		{name: "EU", zone: "EU", want: "https://ingest.castordoc.com"},
		{name: "US", zone: "US", want: "https://ingest.us.castordoc.com"},
		{name: "a url loses its last slash", url: "https://proxy.example.com/catalog/", want: "https://proxy.example.com/catalog"},
		{name: "http on this machine", url: "http://127.0.0.1:8080", want: "http://127.0.0.1:8080"},
		{name: "http on this machine by IPv6", url: "http://[::1]:8080", want: "http://[::1]:8080"},
		{name: "another zone", zone: "eu", sentence: `"eu" is not a zone`},
		{name: "both", zone: "EU", url: "https://x.example.com", sentence: "keep one of them"},
		{name: "http to another machine", url: "http://ingest.example.com", sentence: "would travel in the clear to ingest.example.com"},
		{name: "no scheme", url: "ingest.example.com", sentence: "is not an address"},
		{name: "another scheme", url: "ftp://ingest.example.com", sentence: "must begin with https://"},
		{name: "a password is not repeated", url: "https://user:hunter2@x.example.com", sentence: "without a user"},
		{name: "what cannot be parsed is not repeated", url: "https://user:hunter2@x:y:z", sentence: "is not an address"},
		{name: "a query", url: "https://x.example.com?token=hunter2", sentence: "without a user"},
	}
	for _, tt := range tests {
		got, err := Endpoint(tt.zone, tt.url)
		if tt.sentence == "" {
			if err != nil || got.String() != tt.want {
				t.Errorf("%s: got %v, %v", tt.name, got, err)
			}
			continue
		}
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.sentence) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.sentence)
		}
	}
}

func TestNew_saysWhatToChange(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, []byte("nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	token := func(context.Context) (string, error) { return "", nil }
	tests := []struct {
		cfg      Config
		sentence string
	}{
		{Config{SourceID: testID, Zone: "XX", Token: token}, "is not a zone"},
		{Config{SourceID: "x", Token: token}, "is not a UUID"},
		{Config{SourceID: testID}, "token is not set"},
		{Config{SourceID: testID, Token: token, CAFile: empty}, "holds no certificate"},
		{Config{SourceID: testID, Token: token, CAFile: empty + ".absent"}, "cannot be read (no such file or directory)"},
	}
	for _, tt := range tests {
		if _, err := New(tt.cfg); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), tt.sentence) {
			t.Errorf("got %v, want %q", err, tt.sentence)
		}
	}
}

func TestSend_refusesPathsThatLeaveTheirPlace(t *testing.T) {
	t.Parallel()
	b := newBench(t, "http://127.0.0.1:1", nil)
	for _, path := range []string{"", "/x", "x/", "a/../b", "a/./b", `a/b\c`, "visualization-x/.."} {
		if _, err := b.Send(t.Context(), path, fileOf("")); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: got %v", path, err)
		}
	}
}
