package page

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/history/item"
	"longhaul/internal/report"
	"longhaul/internal/staging"
)

const (
	mostIndex   = 1_000_000 // bytes of the index, compressed, before its last block, beside what other lists leave
	mostIndexed = 120       // characters of a name in the index
	freeTables  = 100_000   // bytes of the tables that the page has room for beside the index; what is more counts as index
	idChars     = 15        // of an Id: the last three follow from these
)

// search is what the search box looks through: every report and dashboard by name.
type search struct {
	Index   string // gzip in base64 as in URLs, which HTML need not escape
	Indexed int64
	Total   int64
	Base    string // of links
}

// Left is how many records the index has no room for.
func (s search) Left() int64 { return s.Total - s.Indexed }

// indexer writes an index. A line is a record: how many characters of its Id the one before has too, the rest of the Id, what became of the
// record, its folder, since when it is so, who changed it last, its name. Then come, each after a form feed, what the numbers in the lines stand
// for: the words of what became of records, those of folders, since when, and the Ids of users.
type indexer struct {
	zip                           *gzip.Writer
	last                          string
	fates, folders, since, people table
}

// tables are those of the index, in its order.
func (x *indexer) tables() []*table { return []*table{&x.fates, &x.folders, &x.since, &x.people} }

// beyond is how much the tables are larger than they may be.
func (x *indexer) beyond() int {
	all := -freeTables
	for _, t := range x.tables() {
		all += t.bytes
	}
	return max(0, all)
}

// table numbers texts in the order in which they come.
type table struct {
	at    map[string]int
	all   []string
	bytes int
}

func (t *table) number(text string) int {
	if n, known := t.at[text]; known {
		return n
	}
	if t.at == nil {
		t.at = map[string]int{}
	}
	t.at[text] = len(t.all)
	t.all, t.bytes = append(t.all, text), t.bytes+len(text)+1
	return len(t.all) - 1
}

// index makes the index of all reports and dashboards that it has room for.
func index(d *report.Data, lost losses, spare room) (s search, err error) {
	if d.Items == nil {
		return s, nil
	}
	var raw bytes.Buffer
	zip, err := gzip.NewWriterLevel(&raw, gzip.BestCompression)
	if err != nil {
		return s, err
	}
	to, most := &indexer{zip: zip}, mostIndex+int(spare)*3/4 // base64 makes four bytes of three
	var failed error
	err = d.Items(func(one item.Item) bool {
		s.Total++
		if raw.Len()+to.beyond() < most {
			s.Indexed++
			failed = to.add(d, &one, lost.words[one.ID])
		}
		return failed == nil
	})
	if err = cmp.Or(err, failed); err != nil {
		return s, err
	}
	for _, t := range to.tables() {
		if _, err := fmt.Fprintf(zip, "\f%s", strings.Join(t.all, "\n")); err != nil {
			return s, err
		}
	}
	if err := zip.Close(); err != nil {
		return s, err
	}
	s.Index = base64.RawURLEncoding.EncodeToString(raw.Bytes())
	if d.Link(item.Report, "") != "" {
		s.Base = strings.TrimSuffix(d.BaseURL, "/")
	}
	return s, nil
}

// add writes the line of a record.
func (x *indexer) add(d *report.Data, one *item.Item, lost string) error {
	id := shortID(one.ID)
	same := 0
	for same < len(id) && same < len(x.last) && id[same] == x.last[same] {
		same++
	}
	x.last = id
	folder := ""
	if d.FolderWords != nil {
		folder = cut(d.FolderWords(one.Folder), mostIndexed)
	}
	_, err := fmt.Fprintf(x.zip, "%s%s\t%s\t%s\t%s\t%s\t%s\n", digits(same), id[same:], digits(x.fates.number(fate(one))),
		digits(x.folders.number(folder)), digits(x.since.number(lasting(one, lost))), digits(x.people.number(shortID(one.ModifiedBy))),
		cut(one.Name, mostIndexed))
	return err
}

// shortID is an Id without what follows from the rest.
func shortID(id string) string { return id[:min(idChars, len(id))] }

// lasting says what a record lost in this sync, else since when it is as it is; and since when syncs have it. It is empty where nobody knows.
func lasting(one *item.Item, lost string) string {
	first, since := began(one.FirstSeen), began(one.Since)
	switch gone := !one.Exists(); {
	case lost != "" && first != "":
		return lost + " First seen by the sync of " + first + "."
	case lost != "":
		return lost
	case since == "":
		return ""
	case gone && (first == "" || first == since):
		return "Not there since the sync of " + since + "."
	case gone:
		return "First seen by the sync of " + first + "; gone since that of " + since + "."
	case first == "" || first == since:
		return "So since the sync of " + since + ", the first that saw it."
	}
	return "First seen by the sync of " + first + "; as it is since that of " + since + "."
}

// began is when a sync began; empty where its id does not tell.
func began(sync string) string {
	at, _, ok := staging.ParseSyncID(sync)
	if !ok {
		return ""
	}
	return moment(at)
}

func digits(n int) string { return strconv.FormatInt(int64(n), 36) }

// fate says what became of a record: its kind, whether it is in, and why not.
func fate(one *item.Item) string {
	kind := map[item.Kind]string{item.Report: "Report", item.Dashboard: "Dashboard"}[one.Kind]
	words := cut(description.Reason(one.Reason).Sentence(""), 300)
	switch one.State {
	case description.StateDescribed, description.StateReused:
		words = "in, with its columns"
	case description.StateListed:
		words = "in"
	case description.StateGone:
		words = "not in: deleted, or hidden from the run-as user"
		if one.Reason == string(description.ReasonGone) {
			words = "not in: Salesforce lists it, and answers that it is not there: deleted, or hidden from the run-as user"
		}
	case description.StateFiltered:
		words = "not in: outside of what the settings read"
	default:
		words = strings.TrimSuffix("in, without columns. "+words, ". ")
	}
	return cmp.Or(kind, string(one.Kind)) + "\t" + words
}
