package page_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/notify"
	"longhaul/internal/report"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

var begin = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const (
	thisSync = "20261123T020000.000Z-ab12cd34"
	lastSync = "20261122T020000.000Z-ab12cd34"
	evil     = `</script><script>alert(1)</script><img src=x onerror=alert(1)>"'` + "`{{.}}"
)

// id is an Id as Salesforce counts them, some of which are of something else.
func id(prefix string, n int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	text, m := "", n*17+n*n%17
	for range 7 {
		text, m = string(digits[m%len(digits)])+text, m/len(digits)
	}
	return prefix + "5g000" + text + "EAA"
}

// words make names as long as people's.
var words = strings.Fields("Pipeline by Region Quarterly Revenue Open Cases Leads Forecast EMEA APAC Renewals Churn Team New Closed Won")

func nameOf(n int) string {
	random := rand.New(rand.NewPCG(uint64(n), 1))
	text := ""
	for range 3 + random.IntN(3) {
		text += words[random.IntN(len(words))] + " "
	}
	return fmt.Sprintf("%s%d", text, random.IntN(3000))
}

// items yields reports, one dashboard for each ten, and what else is given.
func items(reports int, more ...item.Item) func(func(item.Item) bool) error {
	return func(yield func(item.Item) bool) error {
		for n := range reports {
			one := item.Item{
				ID: id("00O", n), Kind: item.Report, Name: nameOf(n), Folder: id("00l", n%300), State: description.StateDescribed,
				ModifiedBy: id("005", n*n%400), FirstSeen: lastSync, Since: []string{lastSync, thisSync}[n%9/8],
			}
			if n%400 == 7 {
				one.State, one.Reason = description.StateUnsupported, string(description.ReasonUnsupported)
			}
			if !yield(one) {
				return nil
			}
		}
		for n := range reports / 10 {
			if !yield(item.Item{ID: id("01Z", n), Kind: item.Dashboard, Name: nameOf(n + 99), Folder: id("00l", n%300), State: description.StateListed}) {
				return nil
			}
		}
		for _, one := range more {
			if !yield(one) {
				return nil
			}
		}
		return nil
	}
}

func folders(n int) (all []report.Folder) {
	for i := range n {
		all = append(all, report.Folder{
			ID: id("00l", i), Name: "Folder of " + nameOf(i), Reports: int64(4000 / (i + 1)), Columns: int64(3990 / (i + 1)),
			Gaps: int64(10 / (i + 1)), Dashboards: int64(40 / (i + 1)),
		})
	}
	return append(all, report.Folder{Private: true, Reports: 12, Columns: 12}, report.Folder{Reports: 3, Columns: 3},
		report.Folder{Rest: 27, Reports: 81, Columns: 81})
}

// series has reports and calls of some hours, with no progress in the waits.
func series(hours float64, reports int64, waits ...history.Span) report.Series {
	s := report.Series{Begin: begin, End: begin.Add(time.Duration(hours * float64(time.Hour))), Waits: waits, Counted: true}
	const points = 200
	worked, done := 0, make([]int, points+1)
	times := make([]time.Time, points+1)
	for i := range times {
		times[i] = begin.Add(s.End.Sub(begin) / points * time.Duration(i))
		waiting := false
		for _, w := range waits {
			waiting = waiting || times[i].After(w.From) && !times[i].After(w.To)
		}
		if !waiting && i > 0 {
			worked++
		}
		done[i] = worked
	}
	for i, at := range times {
		n := reports * int64(done[i]) / int64(max(worked, 1))
		s.Points = append(s.Points, report.Point{At: at, Reports: n, Calls: n + n/20 + 60})
	}
	return s
}

func record(reports, gaps int64) *history.Record {
	r := &history.Record{
		Sync: thisSync, Source: "acme", Started: begin, Finished: begin.Add(30 * time.Hour), Outcome: "complete", Coverage: 1,
		Uploaded: true, Baseline: true,
		Kinds: map[listing.Kind]int64{
			listing.Reports: reports, listing.Dashboards: reports / 10, listing.Components: reports, listing.Folders: 300, listing.Users: 412,
		},
		States: map[description.State]int64{
			description.StateDescribed: reports - reports/400 - gaps, description.StateUnsupported: reports / 400, description.StateDenied: gaps,
		},
		APICalls: reports + reports/20 + 60,
		Files: map[string][]staging.Object{"castor": {
			{Key: "x/1.json", Count: reports, Bytes: 9_400_000}, {Key: "x/2.json", Count: 300, Bytes: 80_000},
		}},
		Exports: map[string]history.Delivery{"castor": {Delivered: true, To: "the catalog at api.castordoc.com"}},
		Unseen:  &listing.Unseen{Kind: listing.UnseenUnknown},
	}
	r.Trigger = history.TriggerSchedule + "longhaul-acme"
	if gaps > 0 {
		r.Outcome = "gaps"
		r.Reasons = map[string]int64{string(description.ReasonNoAccess): gaps}
	}
	return r
}

func folderWords(id string) string {
	if id == "" {
		return ""
	}
	return "Folder " + id[10:15]
}

func base(r *history.Record, reports int) *report.Data {
	return &report.Data{
		Source: "acme", Sync: thisSync, Version: "v0.1.0", Made: begin.Add(31 * time.Hour), BaseURL: "https://acme.my.salesforce.com",
		Record: r, Listed: true, Logged: true,
		FolderWords: folderWords,
		Items:       items(reports),
		Gaps:        func(func(report.Gap) bool) error { return nil },
		Changes:     func(func(change.Change) bool) error { return nil },
		Quota:       report.Quota{Max: 108_000, Org: 71_234, Source: 27_000, Ceiling: 80, Share: 25},
		Told:        []notify.Told{{Event: notify.FirstSyncComplete, Receiver: "data-team", At: begin.Add(30 * time.Hour)}},
	}
}

// first is a first sync that waited for calls.
func first() *report.Data {
	r := record(3000, 0)
	d := base(r, 3000)
	d.First = true
	d.Folders = folders(12)
	at := func(hours float64) time.Time { return begin.Add(time.Duration(hours * float64(time.Hour))) }
	d.Series = series(
		30, 3000,
		history.Span{Reason: history.WaitQuota, From: at(3), To: at(13)}, history.Span{Reason: history.WaitThrottled, From: at(15), To: at(16)},
		history.Span{Reason: history.WaitPaused, From: at(20), To: at(20.1)}, history.Span{Reason: history.WaitBlocked, From: at(22), To: at(26)},
	)
	return d
}

func gapsOf(all ...report.Gap) func(func(report.Gap) bool) error {
	return func(yield func(report.Gap) bool) error {
		for _, one := range all {
			if !yield(one) {
				return nil
			}
		}
		return nil
	}
}

// refresh is a later sync with changes and gaps, and with names that try to do harm.
func refresh() *report.Data {
	r := record(3000, 140)
	r.Compared, r.Finished = lastSync, begin.Add(14*time.Minute)
	r.Warnings = []warning.Warning{warning.New("made_up", warning.Params{"name": evil})}
	r.Orders = []history.Order{{At: begin.Add(time.Minute), Name: "pause", Reason: evil}}
	d := base(r, 3000)
	d.Items = items(3000,
		item.Item{ID: id("00O", 9001), Kind: item.Report, Name: evil, State: description.StateDenied, Reason: string(description.ReasonNoAccess)},
		item.Item{ID: id("00O", 9002), Kind: item.Report, Name: "تقرير المبيعات \u202eevil", State: description.StateGone},
	)
	d.Folders = append([]report.Folder{
		{ID: id("00l", 1), Name: evil, Reports: 4, Columns: 2, Gaps: 2},
		{ID: id("00l", 2), Name: "דוחות מכירות", Reports: 4, Columns: 2, Gaps: 2},
	}, folders(5)...)
	d.Series = series(0.23, 3000, history.Span{Reason: history.WaitPaused, From: begin.Add(4 * time.Minute), To: begin.Add(6 * time.Minute)})
	denied := report.Gap{
		State: description.StateDenied, Reason: string(description.ReasonNoAccess), Words: description.ReasonNoAccess.Sentence(""),
		Do: "Give the run-as user read access to the objects of the report's type by a permission set.", Since: begin.AddDate(0, 0, -20), Next: begin.AddDate(0, 0, 8),
	}
	var all []report.Gap
	hostile := []string{
		evil, "تقرير المبيعات الفصلية", "wide" + fmt.Sprintf("%0400d", 7), "zero\x00\u202eright to left override",
	}
	for n, called := range hostile {
		one := denied
		one.ID, one.Name, one.Folder = id("00O", n), called, "Sales"
		all = append(all, one)
	}
	for n := range 130 {
		one := denied
		one.ID, one.Name, one.Folder = id("00O", n+10), nameOf(n), "Service <b>"
		all = append(all, one)
	}
	for n := range 6 {
		all = append(all, report.Gap{
			ID: id("00O", n+800), Name: nameOf(n), State: description.StateFailed, Reason: string(description.ReasonServerError),
			Words: description.ReasonServerError.Sentence("UNKNOWN_EXCEPTION: <x>"),
			Do:    "Open the report in Salesforce: if it fails there too, repair or delete it.",
		})
	}
	d.Gaps = gapsOf(all...)
	column := func(label string) *change.Column { return &change.Column{Label: label, Type: "string"} }
	report1 := func(n int, c change.Change) change.Change {
		c.ID, c.Kind, c.Name = id("00O", n), item.Report, nameOf(n)
		return c
	}
	changed := []change.Change{
		report1(1, change.Change{Columns: map[string]change.ColumnChange{
			"AMOUNT": {column("Amount"), nil}, "STAGE": {column("Stage"), column("State")}, evil: {nil, column(evil)},
		}}),
		report1(2, change.Change{
			Was: change.Fields{change.State: "described"}, Now: change.Fields{change.State: "denied", change.Reason: "no_access"},
			Columns: map[string]change.ColumnChange{"AMOUNT": {column("Amount"), nil}},
		}),
		report1(3, change.Change{Gone: true, Was: change.Fields{change.Name: "x", change.Folder: id("00l", 3)}}),
		{ID: id("01Z", 3), Kind: item.Dashboard, Name: "Board of the <sales>", Gone: true, Was: change.Fields{change.Folder: id("00l", 3)}},
		report1(4, change.Change{
			Was: change.Fields{change.Name: evil, change.Folder: id("00l", 3)}, Now: change.Fields{change.Name: "b", change.Folder: id("00l", 4)},
		}),
		report1(5, change.Change{Columns: map[string]change.ColumnChange{"AMOUNT": {nil, column("Amount")}}}),
	}
	for n := range 120 {
		changed = append(changed, report1(100+n, change.Change{Added: true, Now: change.Fields{change.Name: "n", change.Folder: id("00l", 5)}}))
	}
	r.Changes = change.Counts{}
	for i := range changed {
		r.Changes.Add(&changed[i])
	}
	d.Changes = func(yield func(change.Change) bool) error {
		for _, one := range changed {
			if !yield(one) {
				return nil
			}
		}
		return nil
	}
	d.Told = []notify.Told{
		{Event: notify.Gaps, Receiver: "data-team", At: begin.Add(14 * time.Minute)},
		{Event: notify.ColumnsLost, Receiver: "pager", At: begin.Add(15 * time.Minute), Failure: "the receiver answered 500: <b>oops</b>"},
	}
	return d
}

// failed is a sync that ended while it described.
func failed() *report.Data {
	d := base(nil, 0)
	d.Record, d.Listed, d.Logged, d.Items = nil, false, false, func(func(item.Item) bool) error { return nil }
	d.End = &history.End{
		Outcome: "failed", At: begin.Add(5 * time.Hour), Class: "login_refused", System: "salesforce", Phase: "describe", APICalls: 812,
		Message: `Salesforce refuses the login: the app was blocked by an administrator. Allow it in Setup, under "Connected Apps OAuth Usage"`,
		Course:  history.Course{Trigger: history.TriggerCLI, Seconds: 5 * 3600},
	}
	d.Series = series(5, 720, history.Span{Reason: history.WaitBlocked, From: begin.Add(time.Hour), To: begin.Add(5 * time.Hour)})
	d.Told = []notify.Told{
		{Event: notify.Blocked, Receiver: "data-team", At: begin.Add(time.Hour)},
		{Event: notify.Failed, Receiver: "data-team", At: begin.Add(5 * time.Hour)},
	}
	return d
}

// large is a complete sync of 50,000 reports.
func large() *report.Data {
	d := base(record(50_000, 0), 50_000)
	d.First, d.Folders, d.Series = true, folders(199), series(47, 50_000)
	d.Record.Finished = begin.Add(47 * time.Hour)
	return d
}
