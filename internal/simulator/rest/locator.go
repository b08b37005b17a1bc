package rest

import (
	"crypto/rand"
	"encoding/binary"
	"net/http"
	"strconv"
	"sync"
	"time"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
	"longhaul/internal/simulator/wire"
)

const idLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// cursorLife is how long a locator lives.
const cursorLife = 48 * time.Hour

// cursor is a query whose records are being read page by page.
type cursor struct {
	plan    *soql.Plan
	rows    []int32
	token   string // of the session that opened it, and with which it ends
	expires time.Time
	batch   int
	from    string // query or queryAll
}

type locators struct {
	clock clock.Clock

	mu   sync.Mutex
	live map[string]*cursor
}

func newLocators(c clock.Clock) *locators { return &locators{clock: c, live: map[string]*cursor{}} }

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
		digits[i] = idLetters[number%62]
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

func (cur *cursor) page(c *call.Call, id string, offset int) wire.Reply {
	end := min(offset+cur.batch, len(cur.rows))
	b := make([]byte, 0, 256+400*(end-offset))
	b = strconv.AppendInt(append(b, `{"totalSize":`...), int64(len(cur.rows)), 10)
	b = strconv.AppendBool(append(b, `,"done":`...), end == len(cur.rows))
	if end < len(cur.rows) {
		b = append(append(append(b, `,"nextRecordsUrl":"`...), c.Base...), "/"+cur.from+"/"+id+"-"...)
		b = append(strconv.AppendInt(b, int64(end), 10), '"')
	}
	b = append(b, `,"records":[`...)
	for k, row := range cur.rows[offset:end] {
		if k > 0 {
			b = append(b, ',')
		}
		b = cur.plan.Append(b, int(row), c.Base)
	}
	return wire.Reply{Status: http.StatusOK, Body: append(b, "]}"...)}
}
