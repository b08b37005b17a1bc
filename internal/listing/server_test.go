package listing

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/salesforce"
)

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
