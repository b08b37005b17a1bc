package salesforce

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/recordid"
	"longhaul/internal/salesforce/soql"
)

// reportID makes the Id of record i.
func reportID(i int) string {
	id, _ := recordid.Long(fmt.Sprintf("00O5g000%07d", i))
	return id
}

// queryOrg answers queries on size records by key, in chunks that may be smaller than what is asked for.
type queryOrg struct {
	t        *testing.T
	size     int
	chunk    int             // records in one answer
	unknown  map[string]bool // fields that are refused
	queries  []string        // what was asked: SOQL, or the locator after an @
	before   func(q string)  // called before each answer
	lose     int             // locators to refuse
	slowFrom int             // a LIMIT above it takes too long; none when zero
	selected []string        // the fields that the query under way asks for
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

// write answers with the records from..to, or as many of them as fit.
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

func TestPages_readsAll(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name              string
		size, chunk       int
		queries, locators int
	}{
		{"no records", 0, 2000, 1, 0},
		{"one page", 5, 2000, 1, 0},
		{"one record less than a page", 1999, 2000, 1, 0},
		{"a full page and nothing after it", 2000, 2000, 2, 0},
		{"three pages", 4100, 2000, 3, 0},
		{"pages that come short", 4100, 900, 3, 4},
		{"pages that come very short", 2100, 200, 2, 9},
	} {
		records := &queryOrg{t: t, size: row.size, chunk: row.chunk}
		client := connect(t, &fakeOrg{handle: records.ServeHTTP})
		collect(t, client, Query{Object: "Report", Fields: []string{"Name"}}, row.size)
		locators := 0
		for _, q := range records.queries {
			if strings.HasPrefix(q, "@") {
				locators++
			}
		}
		if got := len(records.queries) - locators; got != row.queries || locators != row.locators {
			t.Errorf("%s: %d queries and %d locators, want %d and %d", row.name, got, locators, row.queries, row.locators)
		}
	}
}

func TestPages_survivesALostLocator(t *testing.T) {
	t.Parallel()
	records := &queryOrg{t: t, size: 4100, chunk: 900, lose: 2}
	client := connect(t, &fakeOrg{handle: records.ServeHTTP})
	collect(t, client, Query{Object: "Report", Fields: []string{"Name"}}, 4100)
	if records.lose != 0 {
		t.Error("no locator was lost")
	}
	if want := "Id > '" + reportID(899) + "'"; !strings.Contains(records.queries[2], want) {
		t.Errorf("after the loss it goes on with %s, want %s", records.queries[2], want)
	}
}

func TestPages_survivesANewLogin(t *testing.T) {
	t.Parallel()
	for _, at := range []int{1, 2, 3} { // between pages of a locator, and before a query by key
		org := &fakeOrg{}
		records := &queryOrg{t: t, size: 4100, chunk: 900}
		answered := 0
		org.handle = func(w http.ResponseWriter, r *http.Request) {
			records.ServeHTTP(w, r)
			if answered++; answered == at {
				org.expire()
			}
		}
		client := connect(t, org)
		collect(t, client, Query{Object: "Report", Fields: []string{"Name"}}, 4100)
		if org.logins.Load() != 2 {
			t.Errorf("%d logins, want 2", org.logins.Load())
		}
	}
}

func TestPages_leavesTheLocatorOfAnEarlierSession(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{}
	records := &queryOrg{t: t, size: 1500, chunk: 900}
	org.handle = records.ServeHTTP
	client := connect(t, org)
	if _, err := client.Login(t.Context()); err != nil {
		t.Fatal(err)
	}
	org.handle = func(w http.ResponseWriter, r *http.Request) {
		if records.ServeHTTP(w, r); len(records.queries) == 1 { // somebody else's request renews the session meanwhile
			org.expire()
			if _, err := client.session.Grant(t.Context(), nil, client.session.Place().Generation); err != nil {
				t.Error(err)
			}
		}
	}
	for _, err := range client.Pages(t.Context(), Query{Object: "Report"}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if slices.ContainsFunc(records.queries, func(q string) bool { return strings.HasPrefix(q, "@") }) {
		t.Errorf("a locator was followed into another session: %q", records.queries)
	}
}

func TestPages_asksForLessWhenAQueryTakesTooLong(t *testing.T) {
	t.Parallel()
	records := &queryOrg{t: t, size: 1200, chunk: 2000, slowFrom: 500}
	client := connect(t, &fakeOrg{handle: records.ServeHTTP})
	collect(t, client, Query{Object: "Report", Fields: []string{"Name"}}, 1200)
	hopeless := &queryOrg{t: t, size: 1200, chunk: 2000, slowFrom: 1}
	client = connect(t, &fakeOrg{handle: hopeless.ServeHTTP})
	for _, err := range client.Pages(t.Context(), Query{Object: "Report"}) {
		if e := mustError(t, err); e.Class != fault.Transient || len(hopeless.queries) != 5 {
			t.Errorf("got %v after %d queries", err, len(hopeless.queries))
		}
	}
}

func TestPages_dropsOptionalFields(t *testing.T) {
	t.Parallel()
	records := &queryOrg{t: t, size: 3000, chunk: 2000, unknown: map[string]bool{"NamespacePrefix": true, "CustomReportId": true}}
	client := connect(t, &fakeOrg{handle: records.ServeHTTP})
	q := Query{Object: "Report", Fields: []string{"Name"}, Optional: []string{"NamespacePrefix", "Description", "CustomReportId"}}
	dropped := collect(t, client, q, 3000)
	if diff := cmp.Diff([]string{"NamespacePrefix", "CustomReportId"}, dropped); diff != "" {
		t.Errorf("dropped, each once (-want +got):\n%s", diff)
	}
	if len(records.queries) != 4 || !strings.HasPrefix(records.queries[3], "SELECT Id, Name, Description FROM") {
		t.Errorf("asked %q", records.queries)
	}
	records.unknown["Name"] = true
	for _, err := range client.Pages(t.Context(), q) {
		if e := mustError(t, err); e.Class != fault.PermissionMissing || !strings.Contains(e.Fault().Message, "Report.Name") {
			t.Errorf("a needed field: %v", err)
		}
	}
}

func TestPages_endsWithItsReader(t *testing.T) {
	t.Parallel()
	records := &queryOrg{t: t, size: 9000, chunk: 2000}
	client := connect(t, &fakeOrg{handle: records.ServeHTTP})
	for _, err := range client.Pages(t.Context(), Query{Object: "Report"}) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if len(records.queries) != 1 {
		t.Errorf("%d queries for one page", len(records.queries))
	}
}

func TestPages_refusesWhatDoesNotAdvance(t *testing.T) {
	t.Parallel()
	full := make([]string, soql.PageSize)
	for i := range full {
		full[i] = fmt.Sprintf(`{"Id":%q}`, reportID(i))
	}
	for name, body := range map[string]string{
		"the same page for ever":               `{"totalSize":2000,"done":true,"records":[` + strings.Join(full, ",") + `]}`,
		"an empty page without an end":         `{"totalSize":5,"done":false,"records":[]}`,
		"an empty page that leads to itself":   `{"totalSize":5,"done":false,"nextRecordsUrl":"/services/data/v59.0/query/x","records":[]}`,
		"records without an Id":                `{"totalSize":1,"done":true,"records":[{"Name":"a"}]}`,
		"records that are none":                `{"totalSize":1,"done":true,"records":[7]}`,
		"an answer that does not say its end":  `{"totalSize":1,"records":[]}`,
		"a page whose rest is with a stranger": `{"totalSize":5,"done":false,"nextRecordsUrl":"https://evil.example/services/data/x","records":[]}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			client := inside(t, inProcess(&fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked > 10 || r.URL.Host != "acme.my.salesforce.com" {
					t.Fatalf("%s: request %d to %s", name, asked, r.URL)
				}
				writeJSON(w, body)
			}}))
			var last error
			for _, err := range client.Pages(t.Context(), Query{Object: "Report"}) {
				last = err
			}
			if !fault.Is(last, fault.Transient) {
				t.Errorf("%s: got %v", name, last)
			}
		})
	}
}
