package account

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// org is a made-up org in the proportions of a large real one (of 11,190 reports: 955 dashboards, 10,513 components), with names of
// several words and Ids that are scattered as an org's are.
type org struct {
	reports, users int
	columns        int // of a report
}

func newOrg(reports, columns int) *org {
	return &org{reports: reports, users: max(reports/25, 1), columns: columns}
}

// id is that of a report.
func (o *org) id(n int) string { return orgID("00O5g00000", n*40+o.of(10, n).IntN(40)) }

// orgID is an Id of 18 characters whose five digits count in the order of bytes.
func orgID(prefix string, n int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte(prefix + "00000")
	for i := len(id) - 1; n > 0; i-- {
		id[i] = digits[n%62]
		n /= 62
	}
	long, err := salesforce.ID18(string(id))
	if err != nil {
		panic(err)
	}
	return long
}

var words = strings.Fields(`Sales Pipeline by Stage Open Opportunities with Products Account Owner Region EMEA Quarter Forecast Weekly Lead Source
	Conversion Cases Closed Service Level Backlog Renewals Churn Risk Customer Health Campaign Members Event Attendance Invoice Overdue Partner
	Onboarding Contract Value Expiring Training Headcount Territory Coverage Activity Calls Emails Survey Score Budget Actual Variance Margin`)

// name is what people call things: a few words, and a number at times.
func (o *org) name(r *rand.Rand) string {
	var of []string
	for range 3 + r.IntN(4) {
		of = append(of, words[r.IntN(len(words))])
	}
	if r.IntN(3) == 0 {
		of = append(of, fmt.Sprint(2015+r.IntN(11)))
	}
	return strings.Join(of, " ")
}

// of is what is random about one record: the same in each sync.
func (o *org) of(kind uint64, n int) *rand.Rand { return rand.New(rand.NewPCG(kind, uint64(n))) }

func (o *org) user(r *rand.Rand) string { return orgID("0055g00000", 1+r.IntN(o.users)*7) }
func (o *org) folder(r *rand.Rand) string {
	return orgID("00l5g00000", 1+r.IntN(max(o.reports/60, 1))*11)
}

// fate says how the n-th report differs in a later sync: 1 % do.
type fate int

const (
	same fate = iota
	added
	gone
	renamed
	moved
	widened // by a column
	relabelled
	drifted
)

// fates are what becomes of 100 reports that change.
var fates = slices.Concat(slices.Repeat([]fate{added, gone}, 8), slices.Repeat([]fate{renamed, moved, widened, relabelled, drifted}, 17))

// fateOf is that of a sync; the first sync, 0, has none.
func (o *org) fateOf(sync, n int) fate {
	if sync == 0 {
		if o.fateOf(1, n) == added {
			return gone
		}
		return same
	}
	r := o.of(9, n)
	if r.IntN(100) > 0 {
		return same
	}
	return fates[r.IntN(len(fates))]
}

// stage writes what a sync reads before its account is written.
func (o *org) stage(tb testing.TB, store *staging.Store, sync staging.Sync, number int) {
	tb.Helper()
	put := func(key string, each func(add func(string, ...any))) {
		w, err := store.Create(tb.Context(), key)
		if err != nil {
			tb.Fatal(err)
		}
		defer w.Abort()
		each(func(format string, values ...any) {
			if err := w.Append(fmt.Appendf(nil, format, values...)); err != nil {
				tb.Fatal(err)
			}
		})
		if _, err := w.Commit(); err != nil {
			tb.Fatal(err)
		}
	}
	kind := func(kind listing.Kind, each func(add func(string, ...any))) { put(sync.Inventory(string(kind)), each) }
	kind(listing.Reports, func(add func(string, ...any)) {
		o.eachReport(number, func(n int, c fate) { add("%s", o.report(n, c)) })
	})
	put(sync.Described(), func(add func(string, ...any)) {
		o.eachReport(number, func(n int, c fate) { add("%s", o.description(tb, n, c)) })
	})
	kind(listing.Users, func(add func(string, ...any)) {
		for n := range o.users {
			add(`{"attributes":{},"Id":%q,"Email":"someone%d@example.com"}`, orgID("0055g00000", 1+n*7), n)
		}
	})
	kind(listing.Folders, func(add func(string, ...any)) {
		for n := range max(o.reports/60, 1) {
			add(`{"attributes":{},"Id":%q,"Name":%q,"ParentId":null}`, orgID("00l5g00000", 1+n*11), o.name(o.of(2, n)))
		}
	})
	dashboards := max(o.reports*955/11_190, 1)
	kind(listing.Dashboards, func(add func(string, ...any)) {
		for n := range dashboards {
			r := o.of(3, n)
			by := o.user(r)
			add(`{"attributes":{},"Id":%q,"Title":%q,"FolderId":%q,"RunningUserId":%q,"CreatedById":%q,"LastModifiedById":%q}`,
				orgID("01Z5g00000", 1+n*5), o.name(r), o.folder(r), by, by, o.user(r))
		}
	})
	kind(listing.Components, func(add func(string, ...any)) {
		n := 0
		for range o.reports * 10_513 / 11_190 {
			r := o.of(4, n)
			n += 1 + r.IntN(9)
			add(`{"attributes":{},"Id":%q,"CustomReportId":%q,"DashboardId":%q,"Name":null}`,
				orgID("01a5g00000", n), o.id(r.IntN(o.reports)), orgID("01Z5g00000", 1+r.IntN(dashboards)*5))
		}
	})
}

func (o *org) eachReport(sync int, visit func(n int, c fate)) {
	for n := range o.reports {
		if c := o.fateOf(sync, n); c != gone {
			visit(n, c)
		}
	}
}

func (o *org) report(n int, c fate) string {
	r := o.of(5, n)
	name, folder, by, format := o.name(r), o.folder(r), o.user(r), []string{"Tabular", "Summary", "Matrix"}[r.IntN(3)]
	if c == renamed {
		name += " new"
	}
	if c == moved {
		folder = o.folder(o.of(6, n))
	}
	return fmt.Sprintf(`{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/%[1]s"},"Id":%[1]q,"Name":%[2]q,`+
		`"OwnerId":%[3]q,"Format":%[4]q,"CreatedById":%[5]q,"LastModifiedById":%[6]q,"LastModifiedDate":%[7]q,"Description":null}`,
		o.id(n), name, folder, format, by, o.user(r), o.modified(n, c))
}

func (o *org) modified(n int, c fate) string {
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(o.of(7, n).Int64N(int64(300 * 24 * time.Hour))))
	if c != same && c != drifted {
		at = at.AddDate(1, 0, 0)
	}
	return at.Format("2006-01-02T15:04:05.000-0700")
}

func (o *org) description(tb testing.TB, n int, c fate) []byte {
	r := o.of(8, n)
	at := time.Date(2026, 11, 20, 10, 0, 0, int(r.Int64N(1000))*1e6, time.UTC).Add(time.Duration(n) * 40 * time.Millisecond)
	d := description.Description{ID: o.id(n), State: description.StateReused, Modified: o.modified(n, c), At: at, ColumnsChecked: 1}
	if r.IntN(100) == 0 && c == same {
		d.State, d.Reason = description.StateDenied, description.ReasonNoAccess
	} else {
		if c != same {
			d.State, d.At = description.StateDescribed, at.AddDate(0, 0, 2)
		}
		count := o.columns
		if c == widened {
			count++
		}
		var names, infos []string
		for i := range count {
			word := words[r.IntN(len(words))]
			label := word
			if i == 0 && (c == relabelled || c == drifted) {
				label += " new"
			}
			names = append(names, fmt.Sprintf(`"Object__c.%s_%d__c"`, word, i))
			infos = append(infos, fmt.Sprintf(`"Object__c.%s_%d__c":{"dataType":"string","entityColumnName":"Object__c.%[1]s_%[2]d__c",`+
				`"filterValues":[],"filterable":true,"fullyQualifiedName":"Object__c.%[1]s_%[2]d__c","inactiveFilterValues":[],"isCustom":true,`+
				`"isLookup":false,"label":"%[3]s %[2]d","uniqueCountable":true}`, word, i, label))
		}
		d.ReportMetadata = fmt.Appendf(nil, `{"id":%q,"reportType":{"type":"Type%d__c","label":"A type"},"detailColumns":[%s]}`,
			d.ID, n%40, strings.Join(names, ","))
		d.ReportExtendedMetadata = fmt.Appendf(nil, `{"detailColumnInfo":{%s}}`, strings.Join(infos, ","))
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return line
}

// bucket is a folder that holds the sync number 0 of an org, or 0 and 1, all but their accounts.
func folderBucket(tb testing.TB) *staging.Store {
	tb.Helper()
	return streamtest.Open(tb, "file://"+filepath.ToSlash(tb.TempDir()))
}

// record writes the record of a sync whose account is there, as one that delivered.
func record(tb testing.TB, store *staging.Store, sync staging.Sync) {
	tb.Helper()
	r := history.Record{
		Sync: sync.ID, Source: sync.Source, Uploaded: true, Exports: map[string]history.Delivery{"castor": {Delivered: true, To: "somewhere"}},
	}
	if err := r.Take(tb.Context(), store, sync); err != nil {
		tb.Fatal(err)
	}
	if err := store.WriteJSON(tb.Context(), staging.RecordKey(sync.Source, sync.ID), r); err != nil {
		tb.Fatal(err)
	}
}
