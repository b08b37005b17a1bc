package project

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/simulator/org"
)

// row is one record, kept as little more than its source.
type row interface {
	key() string
	fields(*Project) map[string]any
}

// table holds the rows of an object in byte order of their ids.
type table struct {
	rows []row
	at   map[string]int
}

func (p *Project) put(object string, rows []row) {
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.key(), b.key()) })
	t := &table{rows: rows, at: make(map[string]int, len(rows))}
	for i, r := range rows {
		t.at[r.key()] = i
	}
	p.tables[object] = t
}

// minter makes ids out of names.
type minter struct{ taken map[string]bool }

func newMinter() *minter { return &minter{taken: map[string]bool{}} }

// id gives the 18-character id of a name. Two names with one hash, which sixty-two digits to the power of twelve make
// unlikely, still get two ids.
func (m *minter) id(prefix, name string) string {
	for try := 0; ; try++ {
		id := hashID(prefix, name, try)
		if !m.taken[id] {
			m.taken[id] = true
			return id
		}
	}
}

func hashID(prefix, name string, try int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := sha256.Sum256([]byte(prefix + "\x00" + name + "\x00" + strconv.Itoa(try)))
	var b strings.Builder
	b.WriteString(prefix)
	for i := range 12 {
		pair := binary.BigEndian.Uint16(sum[2*i:])
		b.WriteByte(digits[int(pair)%len(digits)])
	}
	return org.ID18(b.String())
}

// number turns text into a number below n, always the same one.
func number(text string, n int) int {
	sum := sha256.Sum256([]byte(text))
	return int(binary.BigEndian.Uint32(sum[:])>>1) % n
}

const moment = "2006-01-02T15:04:05.000-0700"

var firstDay = time.Date(2024, time.January, 8, 9, 0, 0, 0, time.UTC)

// audited are the fields about who made a row and when.
type audited struct {
	created, modified time.Time
	by                string
}

// audit dates a row: made on a day that its name decides, changed at a second that its content decides, so that an
// edited file has another LastModifiedDate.
func (p *Project) audit(name, content string) audited {
	const yearOfMinutes, halfYearOfSeconds = 365 * 24 * 60, 180 * 24 * 60 * 60
	created := firstDay.Add(time.Duration(number(name, yearOfMinutes)) * time.Minute)
	modified := created.Add(time.Duration(number(content, halfYearOfSeconds)) * time.Second)
	return audited{created: created, modified: modified, by: p.author(name)}
}

func (a audited) into(fields map[string]any) map[string]any {
	fields["CreatedDate"], fields["CreatedById"] = a.created.Format(moment), a.by
	fields["LastModifiedDate"], fields["LastModifiedById"] = a.modified.Format(moment), a.by
	fields["SystemModstamp"] = a.modified.Format(moment)
	return fields
}

// orNull is the text, or null where there is none.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}
