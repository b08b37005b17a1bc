package server

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

// cursorLife is how long a locator lives.
const cursorLife = 48 * time.Hour

// cursor is a query whose records are being read page by page.
type cursor struct {
	plan    *soql.Plan
	rows    []int32
	token   string // of the session that opened it, with which it dies
	expires time.Time
	batch   int
	from    string // query or queryAll
}

type locators struct {
	clock Clock

	mu   sync.Mutex
	live map[string]*cursor
}

func newLocators(clock Clock) *locators { return &locators{clock: clock, live: map[string]*cursor{}} }

func (l *locators) add(c *cursor) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.clock.Now()
	for id, old := range l.live {
		if !now.Before(old.expires) {
			delete(l.live, id)
		}
	}
	c.expires = now.Add(cursorLife)
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	number := binary.BigEndian.Uint64(append([]byte{0, 0}, random[:]...))
	var digits [9]byte
	for i := range digits {
		digits[i] = letters[number%62]
		number /= 62
	}
	id := org.ID18("01gHs0" + string(digits[:]))
	l.live[id] = c
	return id
}

func (l *locators) find(id string) (*cursor, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.live[org.ID18(id)]
	if !ok || !l.clock.Now().Before(c.expires) {
		return nil, false
	}
	return c, true
}

func (s *Server) runQuery(c *call) reply { return s.query(c, "query") }

func (s *Server) runQueryAll(c *call) reply { return s.query(c, "queryAll") }

func (s *Server) query(c *call, resource string) reply {
	if !c.query.Has("q") {
		return refusal(400, "MALFORMED_QUERY", "A query string has to be specified")
	}
	parsed, err := soql.Parse(c.query.Get("q"))
	if err != nil {
		return queryRefusal(err)
	}
	plan, err := soql.Prepare(parsed, c.tenant)
	if err != nil {
		return queryRefusal(err)
	}
	if plan.Scope() == "allPrivate" && !s.rights.permitted(org.ManagePrivate) {
		return refusal(403, "INSUFFICIENT_ACCESS", "The scope allPrivate needs the user permission Manage All Private Reports and Dashboards")
	}
	rows, err := plan.Run(c.r.Context(), resource == "queryAll")
	if err != nil {
		return queryRefusal(err)
	}
	if plan.Counts() {
		return reply{status: 200, body: []byte(`{"totalSize":` + strconv.Itoa(len(rows)) + `,"done":true,"records":[]}`)}
	}
	cur := &cursor{plan: plan, rows: rows, token: c.session.token, batch: s.batchSize(c), from: resource}
	id := ""
	if len(rows) > cur.batch {
		id = s.locators.add(cur)
	}
	return cur.page(c, id, 0)
}

func queryRefusal(err error) reply {
	var refused *soql.Error
	if errors.As(err, &refused) {
		return refusal(400, refused.Code, refused.Message)
	}
	return refusal(500, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
}

var batchOption = regexp.MustCompile(`(?i)(?:^|[;,\s])batchSize\s*=\s*(\d+)`)

// batchSize is the page size: what the caller wants within 200 to 2,000, and what the server gives at most.
func (s *Server) batchSize(c *call) int {
	size := 2000
	if m := batchOption.FindStringSubmatch(c.r.Header.Get("Sforce-Query-Options")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			size = min(max(n, 200), 2000)
		}
	}
	return min(size, s.options.PageSize)
}

func (cur *cursor) page(c *call, id string, offset int) reply {
	end := min(offset+cur.batch, len(cur.rows))
	b := make([]byte, 0, 256+400*(end-offset))
	b = strconv.AppendInt(append(b, `{"totalSize":`...), int64(len(cur.rows)), 10)
	b = strconv.AppendBool(append(b, `,"done":`...), end == len(cur.rows))
	if end < len(cur.rows) {
		b = append(append(append(b, `,"nextRecordsUrl":"`...), c.base...), "/"+cur.from+"/"+id+"-"...)
		b = append(strconv.AppendInt(b, int64(end), 10), '"')
	}
	b = append(b, `,"records":[`...)
	for k, row := range cur.rows[offset:end] {
		if k > 0 {
			b = append(b, ',')
		}
		b = cur.plan.Append(b, int(row), c.base)
	}
	return reply{status: 200, body: append(b, "]}"...)}
}

// moreRecords answers the next page of a locator, to the session that opened it only.
func (s *Server) moreRecords(c *call) reply {
	invalid := refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
	id, suffix, ok := strings.Cut(c.args[0], "-")
	offset, err := strconv.Atoi(suffix)
	if !ok || err != nil {
		return invalid
	}
	cur, ok := s.locators.find(id)
	switch {
	case !ok || offset < 0 || offset > len(cur.rows):
		return invalid
	case cur.token != c.session.token:
		return expiredSession
	}
	return cur.page(c, org.ID18(id), offset)
}
