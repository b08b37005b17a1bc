package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"longhaul/internal/salesforce/recordid"
)

// reportID makes the Id of record i.
func reportID(i int) string {
	id, _ := recordid.Long(fmt.Sprintf("00O5g000%07d", i))
	return id
}

// queryOrg answers queries on size records by key, in chunks that may be smaller than the query's limit.
type queryOrg struct {
	t        *testing.T
	size     int
	chunk    int             // records in one answer
	unknown  map[string]bool // fields that are refused
	queries  []string        // SOQL, or a locator after an @
	before   func(q string)  // called before each answer
	lose     int             // locators to refuse
	slowFrom int             // a LIMIT above it takes too long; none when zero
	selected []string        // the fields of the current query
}

var (
	afterID  = regexp.MustCompile(`Id > '(\w+)'`)
	limitOf  = regexp.MustCompile(`LIMIT (\d+)$`)
	selected = regexp.MustCompile(`^SELECT (.*?) FROM `)
)

func (o *queryOrg) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if rest, ok := strings.CutPrefix(r.URL.Path, "/services/data/v59.0/query/"); ok {
		o.ask("@" + rest)
		if o.lose > 0 {
			o.lose--
			writeError(w, 400, "INVALID_QUERY_LOCATOR", "invalid query locator")
			return
		}
		from, to := 0, 0
		if _, err := fmt.Sscanf(rest, "01g-%d-%d", &from, &to); err != nil {
			o.t.Errorf("locator %q: %v", rest, err)
		}
		o.write(w, from, to)
		return
	}
	soql := r.URL.Query().Get("q")
	o.ask(soql)
	o.selected = strings.Split(selected.FindStringSubmatch(soql)[1], ", ")
	for _, field := range o.selected {
		if o.unknown[field] {
			writeError(w, 400, "INVALID_FIELD", "\nSELECT "+field+"\n  ^\nERROR at Row:1:Column:8\nNo such column ‘"+field+"’ on entity ‘Report’. If you are")
			return
		}
	}
	from := 0
	if m := afterID.FindStringSubmatch(soql); m != nil {
		n, err := strconv.Atoi(m[1][8:15])
		if err != nil {
			o.t.Error(err)
		}
		from = n + 1
	}
	limit, _ := strconv.Atoi(limitOf.FindStringSubmatch(soql)[1])
	if o.slowFrom > 0 && limit > o.slowFrom {
		writeError(w, 400, "QUERY_TIMEOUT", "Your query request was running for too long.")
		return
	}
	o.write(w, from, min(o.size, from+limit))
}

func (o *queryOrg) ask(q string) {
	o.queries = append(o.queries, q)
	if o.before != nil {
		o.before(q)
	}
}

// write answers with the records from..to, or as many of them as fit a chunk.
func (o *queryOrg) write(w http.ResponseWriter, from, to int) {
	end := min(to, from+o.chunk)
	records := make([]string, 0, end-from)
	empty := ""
	for _, field := range o.selected {
		if field != "Id" && field != "Name" {
			empty += fmt.Sprintf(`,%q:null`, field)
		}
	}
	for i := from; i < end; i++ {
		records = append(records, fmt.Sprintf(`{"attributes":{"type":"Report"},"Id":%q,"Name":"n%d"%s}`, reportID(i), i, empty))
	}
	next := ""
	if end < to {
		next = fmt.Sprintf(`"nextRecordsUrl":"/services/data/v59.0/query/01g-%d-%d",`, end, to)
	}
	writeJSON(w, fmt.Sprintf(`{"totalSize":%d,"done":%t,%s"records":[%s]}`, to-from, next == "", next, strings.Join(records, ",")))
}

// collect reads all pages and checks that every record came once, in order.
func collect(t *testing.T, client *Client, q Query, size int) (dropped []string) {
	t.Helper()
	seen := 0
	for page, err := range client.Pages(t.Context(), q) {
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range page.Records {
			var record struct{ ID, Name string }
			if err := json.Unmarshal(raw, &record); err != nil {
				t.Fatal(err)
			}
			if record.ID != reportID(seen) || record.Name != fmt.Sprintf("n%d", seen) {
				t.Fatalf("record %d is %s", seen, raw)
			}
			seen++
		}
		if page.Total != seen || page.Date.IsZero() {
			t.Errorf("after %d records the page says %d at %v", seen, page.Total, page.Date)
		}
		dropped = append(dropped, page.Dropped...)
	}
	if seen != size {
		t.Errorf("got %d records, want %d", seen, size)
	}
	return dropped
}
