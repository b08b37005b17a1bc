package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var current = staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}

func openStore(tb testing.TB, url string) *staging.Store {
	tb.Helper()
	s, err := staging.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func write(tb testing.TB, s *staging.Store, key string, lines ...string) staging.Object {
	tb.Helper()
	w, err := s.Create(tb.Context(), key)
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Abort()
	for _, line := range lines {
		if err := w.Append([]byte(line)); err != nil {
			tb.Fatal(err)
		}
	}
	object, err := w.Commit()
	if err != nil {
		tb.Fatal(err)
	}
	return object
}

func read(tb testing.TB, s *staging.Store, key string) []string {
	tb.Helper()
	var lines []string
	for line, err := range s.Lines(tb.Context(), key) {
		if err != nil {
			tb.Fatalf("read %s: %v", key, err)
		}
		lines = append(lines, string(line))
	}
	return lines
}

func keys(tb testing.TB, s *staging.Store, prefix string) []string {
	tb.Helper()
	var got []string
	for key, err := range s.List(tb.Context(), prefix) {
		if err != nil {
			tb.Fatal(err)
		}
		got = append(got, strings.TrimPrefix(key, prefix))
	}
	return got
}

// reportID is the n-th id; their digits count in the order of bytes: 0-9, A-Z, a-z.
func reportID(n int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte("00O000000000000")
	for i := len(id) - 1; n > 0; i-- {
		id[i] = digits[n%62]
		n /= 62
	}
	long, err := salesforce.ID18(string(id))
	if err != nil {
		panic(err) // of a test's own making
	}
	return long
}

// server is a Pager over records computed from their index, in an order of its own.
type server struct {
	order   func(a, b string) int
	ids     map[string][]string // by scope, in the server's order
	record  func(id string, version int) string
	page    int
	version int      // counts pages
	again   []string // ids that are given once more, with the page after theirs
	dropped []string
	failAt  int // the page that fails, once; 0 for none
	failure error
	refuse  func(salesforce.Query) error // before each page; may be nil
	asked   []salesforce.Query
}

var pageSize = 2000

func newServer(order func(a, b string) int, byScope map[string][]string) *server {
	s := &server{order: order, ids: map[string][]string{}, page: pageSize, record: record}
	for scope, ids := range byScope {
		ids = slices.Clone(ids)
		slices.SortFunc(ids, order)
		s.ids[scope] = ids
	}
	return s
}

func record(id string, version int) string {
	return fmt.Sprintf(`{"attributes":{"type":"Report"},"Id":"%s","CreatedBy":{"Id":"005000000000001AAA"},"Name":"n%d"}`, id, version)
}

func (s *server) Pages(_ context.Context, q salesforce.Query) iter.Seq2[salesforce.Page, error] {
	return func(yield func(salesforce.Page, error) bool) {
		s.asked = append(s.asked, q)
		ids := s.ids[q.Scope]
		if ids == nil && s.failure != nil {
			yield(salesforce.Page{}, s.failure)
			return
		}
		start := 0
		if q.After != "" {
			for start < len(ids) && s.order(ids[start], q.After) <= 0 {
				start++
			}
		}
		for {
			if s.refuse != nil {
				if err := s.refuse(q); err != nil {
					yield(salesforce.Page{}, err)
					return
				}
			}
			s.version++
			if s.version == s.failAt {
				yield(salesforce.Page{}, s.failure)
				return
			}
			end := min(start+s.page, len(ids))
			page := salesforce.Page{Dropped: s.dropped}
			if start > 0 {
				for _, id := range s.again {
					page.Records = append(page.Records, json.RawMessage(s.record(id, s.version)))
				}
				s.again = nil
			}
			for _, id := range ids[start:end] {
				page.Records = append(page.Records, json.RawMessage(s.record(id, s.version)))
			}
			if start = end; !yield(page, nil) || end == len(ids) {
				return
			}
		}
	}
}

// binary is the order of bytes.
func binary(a, b string) int { return strings.Compare(a, b) }

// caseless is an order in which a and A are neighbours, as some databases have it.
func caseless(a, b string) int {
	if c := strings.Compare(strings.ToLower(a[:15]), strings.ToLower(b[:15])); c != 0 {
		return c
	}
	return -strings.Compare(a, b)
}

func idRange(from, to int) []string {
	ids := make([]string, 0, to-from)
	for n := from; n < to; n++ {
		ids = append(ids, reportID(n))
	}
	return ids
}
