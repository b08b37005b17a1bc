package castor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
)

func TestFile_ofEachKind(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		file string
		kind listing.Kind
		line []string
		want string
	}{
		"a dashboard": {Dashboards, listing.Dashboards, []string{
			`{"attributes":{"type":"Dashboard","url":"/services/data/v59.0/sobjects/Dashboard/01Z000000000001AAA"},` +
				`"CreatedBy":{"attributes":{"type":"Name","url":"/services/data/v59.0/sobjects/Name/005000000000001AAA"},"Id":"005000000000001AAA"},` +
				`"CreatedDate":"2024-02-01T10:00:00.000+0000","Description":null,"DeveloperName":"dash_1","FolderId":"00l000000000001AAA",` +
				`"FolderName":"Sales","Id":"01Z000000000001AAA","IsDeleted":false,"LastReferencedDate":null,"LastViewedDate":null,` +
				`"NamespacePrefix":null,"RunningUserId":"005000000000001AAA","Title":"Dash 1","Type":"LoggedInUser",` +
				`"LastModifiedDate":"2024-02-01T10:00:00.000+0000","SystemModstamp":"2024-02-01T10:00:00.000+0000"}`,
		}, `[{"attributes":{"type":"Dashboard","url":"/services/data/v59.0/sobjects/Dashboard/01Z000000000001AAA"},` +
			`"CreatedBy":{"attributes":{"type":"Name","url":"/services/data/v59.0/sobjects/Name/005000000000001AAA"},"Id":"005000000000001AAA"},` +
			`"CreatedDate":"2024-02-01T10:00:00.000+0000","Description":null,"DeveloperName":"dash_1","FolderId":"00l000000000001AAA",` +
			`"FolderName":"Sales","Id":"01Z000000000001AAA","IsDeleted":false,"LastReferencedDate":null,"LastViewedDate":null,` +
			`"NamespacePrefix":null,"RunningUserId":"005000000000001AAA","Title":"Dash 1","Type":"LoggedInUser",` +
			`"Url":"https://acme.my.salesforce.com/lightning/r/Dashboard/01Z000000000001AAA/view"}]`},
		"a component, whose Id only planning needs": {DashboardComponents, listing.Components, []string{
			`{"attributes":{"type":"DashboardComponent","url":"/services/data/v59.0/sobjects/DashboardComponent/01a000000000001AAA"},` +
				`"Id":"01a000000000001AAA","CustomReportId":"00O000000000002AAA","DashboardId":"01Z000000000001AAA","Name":null}`,
		}, `[{"attributes":{"type":"DashboardComponent","url":"/services/data/v59.0/sobjects/DashboardComponent/01a000000000001AAA"},` +
			`"CustomReportId":"00O000000000002AAA","DashboardId":"01Z000000000001AAA","Name":null}]`},
		"a folder": {Folders, listing.Folders, []string{
			`{"attributes":{"type":"Folder","url":"/services/data/v59.0/sobjects/Folder/00l000000000001AAA"},"DeveloperName":"fold_1",` +
				`"Id":"00l000000000001AAA","Name":"Folder 1","NamespacePrefix":null,"ParentId":null,"Type":"Report"}`,
		}, `[{"attributes":{"type":"Folder","url":"/services/data/v59.0/sobjects/Folder/00l000000000001AAA"},"DeveloperName":"fold_1",` +
			`"Id":"00l000000000001AAA","Name":"Folder 1","NamespacePrefix":null,"ParentId":null,"Type":"Report",` +
			`"Url":"https://acme.my.salesforce.com/services/data/v59.0/sobjects/Folder/00l000000000001AAA"}]`},
		"users, in whatever order their fields come": {Users, listing.Users, []string{
			`{"attributes":{"type":"User","url":"/services/data/v59.0/sobjects/User/005000000000001AAA"},"Id":"005000000000001AAA",` +
				`"Email":"u1@example.invalid","FirstName":"F1","LastName":"L1","CreatedDate":"2020-01-01T00:00:00.000+0000"}`,
			`{"CreatedDate":"2020-01-01T00:00:00.000+0000","LastName":"L2","Id":"005000000000002AAA","Email":"u2@example.invalid",` +
				`"attributes":{"type":"User","url":"/services/data/v60.0/sobjects/User/005000000000002AAA"}}`,
		}, `[{"attributes":{"type":"User","url":"/services/data/v59.0/sobjects/User/005000000000001AAA"},"Id":"005000000000001AAA",` +
			`"Email":"u1@example.invalid","FirstName":"F1","LastName":"L1","CreatedDate":"2020-01-01T00:00:00.000+0000"},` +
			`{"attributes":{"type":"User","url":"/services/data/v60.0/sobjects/User/005000000000002AAA"},"Id":"005000000000002AAA",` +
			`"Email":"u2@example.invalid","FirstName":null,"LastName":"L2","CreatedDate":"2020-01-01T00:00:00.000+0000"}]`},
		"nothing": {Users, listing.Users, nil, `[]`},
		"what must and what must not be escaped": {Folders, listing.Folders, []string{
			`{"Id":"00l000000000001AAA", "Name" : "<a href=\"x\">R&D \u00e9\u20ac\ud83d\ude00 \/ \\ \t\u0001 \u003c` + "\u2028\x7f" + `</a>",` +
				`"DeveloperName":"lone \ud800 and ` + "\xff" + ` bytes","Type":1.50}`,
		}, `[{"attributes":null,"DeveloperName":"lone ` + "\uFFFD" + ` and ` + "\uFFFD" + ` bytes","Id":"00l000000000001AAA",` +
			`"Name":"<a href=\"x\">R&D é€😀 / \\ \t\u0001 <` + "\u2028\x7f" + `</a>","NamespacePrefix":null,"ParentId":null,"Type":1.50,` +
			`"Url":"https://acme.my.salesforce.com/"}]`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.inventory(test.kind, test.line...)
			object, err := Format{}.Write(t.Context(), f.in, test.file)
			if err != nil {
				t.Fatal(err)
			}
			got := f.Text(f.Sync.File(Name, "1795451617-"+test.file+".json"))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("the file differs (-want +got):\n%s", diff)
			}
			sum := sha256.Sum256([]byte(got))
			want := staging.Object{
				Key: f.Sync.File(Name, "1795451617-"+test.file+".json"), Count: int64(len(test.line)), Bytes: int64(len(got)),
				SHA256: hex.EncodeToString(sum[:]),
			}
			if diff := cmp.Diff(want, object.Object); diff != "" {
				t.Errorf("the object differs (-want +got):\n%s", diff)
			}
		})
	}
}

func TestFile_ofReports(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	full := `{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/00O000000000000AAA"},` +
		`"CreatedBy":{"attributes":{"type":"User","url":"/x"},"Id":"005000000000001AAA"},"Description":"d","DeveloperName":"rep_1",` +
		`"FolderName":"Public Reports","Format":"Tabular","Id":"00O000000000000AAA","IsDeleted":false,"LastReferencedDate":null,` +
		`"LastRunDate":"2024-05-01T00:00:00.000+0000","LastViewedDate":null,"Name":"Report 0","NamespacePrefix":null,` +
		`"OwnerId":"00l000000000001AAA","LastModifiedDate":"m","SystemModstamp":"m"}`
	f.inventory(listing.Reports, full, report(1), report(2), report(3), report(4))
	f.Put(f.Sync.Described(), described(t, 0, description.StateDescribed, ""), described(t, 1, description.StateGone, ""),
		described(t, 2, description.StateDenied, ""), described(t, 3, description.StateFiltered, ""), described(t, 4, description.StateObsolete, ""))
	object, err := Format{}.Write(t.Context(), f.in, Reports)
	if err != nil || object.Count != 3 {
		t.Fatalf("object %+v, error %v", object, err)
	}
	var records []map[string]any
	text := f.Text(object.Key)
	if err := json.Unmarshal([]byte(text), &records); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{0, 2, 4} {
		if records[i]["Id"] != id("00O", want) {
			t.Errorf("record %d is %v, want report %d", i, records[i]["Id"], want)
		}
	}
	first := strings.TrimSuffix(full, `,"LastModifiedDate":"m","SystemModstamp":"m"}`) +
		`,"Url":"https://acme.my.salesforce.com/lightning/r/Report/00O000000000000AAA/view"}`
	if !strings.HasPrefix(text, "["+first+",") {
		t.Errorf("the first record is not castor's:\n%s\n%s", first, text)
	}
	if v, ok := records[1]["CreatedBy"]; v != nil || !ok {
		t.Errorf("a dropped field is %v, want null", v)
	}
}

func TestFile_ofColumns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Put(f.Sync.Described(),
		described(t, 0, description.StateDescribed,
			`{"aggregateColumnInfo":{"detailColumnInfo":1},"detailColumnInfo": {"A.<&>" : {"label":"\u00dc", "filterValues":[ ]}}}`),
		described(t, 1, description.StateReused, `{"detailColumnInfo":null}`),
		described(t, 2, description.StateDescribed, `{}`),
		described(t, 3, description.StateDescribed, ""),
		described(t, 4, description.StateObsolete, ""),
		described(t, 5, description.StateFailed, ""),
		described(t, 6, description.StateReused, `{"detailColumnInfo":{"Z":{"label":1e22}}}`))
	object, err := Format{}.Write(t.Context(), f.in, ReportsMetadata)
	if err != nil || object.Count != 5 {
		t.Fatalf("object %+v, error %v", object, err)
	}
	want := `[{"reportId":"00O000000000000AAA","detailColumnInfo":{"A.<&>":{"label":"Ü","filterValues":[]}}},` +
		`{"reportId":"00O000000000001AAA","detailColumnInfo":{}},{"reportId":"00O000000000002AAA","detailColumnInfo":{}},` +
		`{"reportId":"00O000000000003AAA","detailColumnInfo":{}},{"reportId":"00O000000000006AAA","detailColumnInfo":{"Z":{"label":1e22}}}]`
	if diff := cmp.Diff(want, f.Text(object.Key)); diff != "" {
		t.Errorf("the file differs (-want +got):\n%s", diff)
	}
}

// A report is counted where columns that it names are not described, by this sync or by an earlier one.
func TestFile_countsReportsThatLackColumns(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	line := func(n int, state description.State, metadata, extended string) string {
		d, err := description.Decode([]byte(described(t, n, state, extended)))
		if err != nil {
			t.Fatal(err)
		}
		d.ReportMetadata = []byte(metadata)
		whole, err := d.Append(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(whole)
	}
	const two, one = `{"detailColumns":["A","B"]}`, `{"detailColumnInfo":{"B":{}}}`
	f.Put(f.Sync.Described(),
		line(0, description.StateDescribed, two, `{"detailColumnInfo":{"B":{},"A":{}}}`),
		line(1, description.StateDescribed, two, one),
		line(2, description.StateReused, two, one),
		line(3, description.StateDescribed, two, `{"detailColumnInfo":{}}`), // by a shard of a version that took it
		line(4, description.StateDescribed, `{"detailColumns":[]}`, `{"detailColumnInfo":{}}`),
		line(5, description.StateFailed, two, one),
		line(6, description.StateDescribed, ``, one))
	written, err := Format{}.Write(t.Context(), f.in, ReportsMetadata)
	if err != nil || written.Partial != 3 || written.Count != 6 {
		t.Errorf("%+v, %v; want 3 that lack columns among 6", written, err)
	}
}

func TestFile_ofTheSummary(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	object, err := Format{}.Write(t.Context(), f.in, Summary)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"python_version":"longhaul ` + runtime.Version() + `","version":"1.2.3","executed_at":"2026-11-23T16:33:37",` +
		`"connection_identity":{"base_url":"https://acme.my.salesforce.com"}}`
	if got := f.Text(object.Key); got != want || object.Key != f.Sync.File(Name, "1795451617-summary.json") {
		t.Errorf("%s is %s, want %s", object.Key, got, want)
	}
}

func TestFile_leavesNothingAfterAnError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name    string
		prepare func(*fixture)
		want    error
	}{
		"a name that castor does not know": {"accounts", func(*fixture) {}, nil},
		"no inventory":                     {Users, func(*fixture) {}, staging.ErrNotExist},
		"a torn inventory": {Users, func(f *fixture) {
			if err := f.Store.Write(t.Context(), f.Sync.Inventory("users"), []byte("no stream")); err != nil {
				t.Fatal(err)
			}
		}, staging.ErrTorn},
		"a line that is no record": {Users, func(f *fixture) { f.inventory(listing.Users, `{"Id":"005000000000001AAA","Email":}`) }, errNoRecord},
		"a report without a state": {Reports, func(f *fixture) {
			f.inventory(listing.Reports, report(1), report(2))
			f.Put(f.Sync.Described(), described(t, 2, description.StateDescribed, ""))
		}, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			test.prepare(f)
			_, err := Format{}.Write(t.Context(), f.in, test.name)
			if err == nil || (test.want != nil && !errors.Is(err, test.want)) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if exists, err := f.Store.Exists(t.Context(), f.Sync.File(Name, FileName(timestamp, test.name))); exists || err != nil {
				t.Errorf("the file is there: %v, %v", exists, err)
			}
		})
	}
}

func TestFile_endsWhenWhatItIsMadeOfIsGone(t *testing.T) {
	t.Parallel()
	for _, name := range Names[:len(Names)-1] {
		f := newFixture(t)
		if _, err := f.Store.DeleteAll(t.Context(), f.Sync.Prefix()); err != nil {
			t.Fatal(err)
		}
		if _, err := (Format{}).Write(t.Context(), f.in, name); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "cancel the sync") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
