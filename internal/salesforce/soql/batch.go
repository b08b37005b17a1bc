package soql

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/recordid"
)

// batch is the result of one query by key, over all of its pages.
type batch struct {
	begun   bool
	total   int64 // records that the first page announced
	records []json.RawMessage
	ids     map[string]bool // by their 15 characters
	last    string          // Id, as Salesforce wrote it
	more    string          // the path of the next page
	empties int             // pages without a record, one after the other
	date    time.Time       // of the newest page
}

// mostEmpties is how many pages without a record may follow each other.
const mostEmpties = 5

// add takes a page that does not contradict itself, and returns the path of the next one: none when the batch is complete. An error
// says that the pages do not fit together.
func (b *batch) add(found records, next string) (more string, err error) {
	if !b.begun {
		b.begun, b.total, b.ids = true, found.total, make(map[string]bool, len(found.records))
	}
	b.records = append(b.records, found.records...)
	for _, id := range found.ids {
		b.ids[id[:recordid.ShortLen]], b.last = true, id
	}
	b.date = found.date
	if b.empties++; len(found.records) > 0 {
		b.empties = 0
	}
	n := int64(len(b.records))
	switch offset, known := offsetOf(next); {
	case n > b.total:
		return "", apierror.Contradiction("%d records of %d", n, b.total)
	case found.done && n < b.total:
		return "", apierror.Contradiction("%d records of %d, and no more to come", n, b.total)
	case found.done:
		return "", nil
	case n == b.total:
		return "", apierror.Contradiction("it has all of %d records, and is not the last page", n)
	case known && offset > n:
		return "", apierror.Contradiction("%d records, and the next page begins after %d", n, offset)
	case b.empties > mostEmpties || b.empties > 0 && next == b.more:
		return "", apierror.Contradiction("empty pages follow each other without an end")
	}
	b.more = next
	return next, nil
}

// offsetOf reads the number of records before the page of a locator, as in 01gRO0000016PIAYA2-2000.
func offsetOf(locator string) (offset int64, known bool) {
	id, digits, _ := strings.Cut(locator[strings.LastIndexByte(locator, '/')+1:], "-")
	offset, err := strconv.ParseInt(digits, 10, 64)
	return offset, err == nil && recordid.Is(id)
}

// check refuses a page that contradicts itself, the query, or the records before it, and reads the Ids of one that passes.
func (p *pager) check(found *records) error {
	byKey := p.locator == ""
	n := int64(len(found.records))
	switch err := found.whole(); {
	case err != nil:
		return err
	case !found.done && localPath(found.next, p.exchange.Session.Place().Instance) == "":
		return apierror.Contradiction("its next page is elsewhere")
	case byKey && found.done && n < found.total:
		return apierror.Contradiction("%d records of %d, and no more to come", n, found.total)
	case byKey && found.total > int64(p.limit):
		return apierror.Contradiction("at most %d records were requested, and it has %d", p.limit, found.total)
	}
	return p.readIDs(found)
}

// readIDs reads the Id of each record. Each must occur once, in the order of the query.
func (p *pager) readIDs(found *records) error {
	s := shape{object: p.query.Object, fields: topNames(p.query.columns())}
	last := p.query.After
	if p.batch.last != "" {
		last = p.batch.last
	}
	found.ids = make([]string, 0, len(found.records))
	here := make(map[string]bool, len(found.records))
	for _, record := range found.records {
		id, err := s.id(record)
		if err != nil {
			return err
		}
		key := id[:recordid.ShortLen]
		switch {
		case here[key] || p.batch.ids[key] || p.before[key] || last != "" && key == last[:recordid.ShortLen]:
			return apierror.Contradiction("a record of %s comes twice", s.object)
		case last != "" && comesBefore(key, last[:recordid.ShortLen]):
			return apierror.Contradiction("the records of %s are not in order", s.object)
		case !p.query.wants(key):
			return apierror.Contradiction("a record of %s was not requested", s.object)
		}
		here[key], last = true, id
		found.ids = append(found.ids, id)
	}
	return nil
}

// topNames are the members of a record that hold the fields of a query: the fields of a path lie in the object of its first name.
func topNames(fields []string) []string {
	names := make([]string, 0, len(fields))
	for _, field := range fields {
		name, _, _ := strings.Cut(field, ".")
		if !containsName(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// comesBefore reports whether one Id is before another in each order that the server may have: by bytes, without case, or with small
// letters first. Salesforce does not document which it has.
func comesBefore(id, other string) bool {
	return id < other && strings.ToLower(id) < strings.ToLower(other) && swapCase(id) < swapCase(other)
}

func swapCase(text string) string {
	swapped := []byte(text)
	for i, c := range swapped {
		if isLetter(c) {
			swapped[i] = c ^ 0x20
		}
	}
	return string(swapped)
}
