package server

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"testing"

	"longhaul/internal/simulator/session"
)

func TestDescriptionsAreTheSameWithAndWithoutGzip(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 20, Columns: 25, TypeMetadata: 200_000})
	for i := range c.s.live.Tenant().Count("Report") {
		if !c.s.live.Tenant().Visible("Report", i) {
			continue
		}
		path := "/services/data/v59.0/analytics/reports/" + c.s.live.Tenant().ID("Report", i) + "/describe"
		plain, packed := c.get(path), c.get(path, "Accept-Encoding", "gzip, deflate")
		reader, err := gzip.NewReader(bytes.NewReader(packed.body))
		if err != nil {
			t.Fatal(err)
		}
		reader.Multistream(false) // some clients read one member only
		got, err := io.ReadAll(reader)
		if err != nil || !bytes.Equal(got, plain.body) || !json.Valid(got) {
			t.Fatalf("%s: %d bytes with gzip, %d without, %v", path, len(got), len(plain.body), err)
		}
		if len(plain.body) < 190_000 || len(packed.body) > len(plain.body)/5 || packed.header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%d bytes become %d", len(plain.body), len(packed.body))
		}
	}
	a := c.query("SELECT FIELDS(STANDARD) FROM Report", "Accept-Encoding", "gzip")
	if reader, err := gzip.NewReader(bytes.NewReader(a.body)); err != nil || !json.NewDecoder(reader).More() {
		t.Errorf("a page is not compressed: %v", err)
	}
	if a := c.query("SELECT Id FROM Report", "Accept-Encoding", "gzip;q=0"); a.header.Get("Content-Encoding") != "" {
		t.Error("a page is compressed for a client that refuses it")
	}
}

func BenchmarkDescribe(b *testing.B) {
	s, err := Start(Options{Reports: 10_000, Columns: 25})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	opened, refused := s.sessions.Open(session.Attempt{ClientID: "bench"})
	if refused != nil {
		b.Fatal(refused.Description)
	}
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = s.live.Tenant().ID("Report", i)
	}
	handler := s.handler(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r, err := http.NewRequestWithContext(b.Context(), "GET", "/services/data/v60.0/analytics/reports/"+ids[i%1000]+"/describe", nil)
		if err != nil {
			b.Fatal(err)
		}
		r.RequestURI = r.URL.Path
		r.Header.Set("Authorization", "Bearer "+opened.Token)
		r.Header.Set("Accept-Encoding", "gzip")
		handler.ServeHTTP(&discard{header: http.Header{}}, r)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}
