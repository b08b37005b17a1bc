package salesforce

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/soql"
)

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
		if records.ServeHTTP(w, r); len(records.queries) == 1 { // another request renews the session meanwhile
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
