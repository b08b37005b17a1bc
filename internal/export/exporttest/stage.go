package exporttest

import (
	"fmt"
	"io"
	"testing"
	"time"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// listed says what of the org is listed.
type listed struct {
	fields listing.Fields
	hidden bool // no field but the Id
	none   bool // the org is empty
}

// Stage lists the org with the fields that a format declares, describes its reports, and gives what its files are written from.
func Stage(t testing.TB, format export.Format) export.Input {
	t.Helper()
	return stage(t, format, listed{fields: export.Fields(format)})
}

func stage(t testing.TB, format export.Format, what listed) export.Input {
	t.Helper()
	in := export.Input{
		Store: streamtest.Open(t, "mem://"), Sync: orgtest.Current, Export: format.Name(), Timestamp: orgtest.Began,
		BaseURL: "https://acme.my.salesforce.com", Version: "1.2.3",
	}
	if what.none {
		list(t, in, in.Sync, orgtest.Rows{}, what.fields)
		describe(t, in, nil)
		return in
	}
	was := orgtest.Rows{Records: append(reports(true), others()...), Hidden: what.hidden}
	list(t, in, orgtest.Earlier, was, what.fields)
	var known []string
	for n := range sorts {
		known = append(known, line(t, n, description.StateDescribed))
	}
	streamtest.Write(t, in.Store, orgtest.Earlier.Described(), known...)

	begun := was // what changes while the sync runs is listed as it was before
	begun.Records = nil
	for _, r := range was.Records {
		if r.ID != ID(Vanished) {
			r.Unlisted = r.ID == ID(Found)
			begun.Records = append(begun.Records, r)
		}
	}
	list(t, in, in.Sync, begun, what.fields)
	_, err := listing.LookUpMissing(t.Context(), listing.LookUpInput{
		Client: begun, Store: in.Store, Sync: in.Sync, Fields: what.fields, OrgID: orgtest.Me.OrgID,
		Last: listing.LastSync{Sync: orgtest.Earlier, OrgID: orgtest.Me.OrgID, Descriptions: orgtest.Earlier.Described()},
	})
	if err != nil {
		t.Fatal(err)
	}
	now := orgtest.Rows{Records: append(reports(false), others()...), Hidden: what.hidden}
	if _, err = listing.CatchUp(t.Context(), listing.CatchUpInput{
		Client: now, Store: in.Store, Sync: in.Sync, Fields: what.fields, Since: time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC),
	}); err != nil {
		t.Fatal(err)
	}
	describe(t, in, sorts[:len(sorts)-1])
	return in
}

// list lists all kinds.
func list(t testing.TB, in export.Input, sync staging.Sync, rows orgtest.Rows, fields listing.Fields) {
	t.Helper()
	for _, kind := range listing.Kinds {
		_, err := listing.Enumerate(t.Context(), listing.EnumerateInput{Client: rows, Store: in.Store, Sync: sync, Kind: kind, Fields: fields})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// describe describes the reports of these sorts, in one shard and by reuse, and merges that.
func describe(t testing.TB, in export.Input, these []sort) {
	t.Helper()
	var shard, reused []string
	for n, s := range these {
		if s.state == description.StateReused {
			reused = append(reused, line(t, n, s.state))
			continue
		}
		shard = append(shard, line(t, n, s.state))
	}
	streamtest.Write(t, in.Store, in.Sync.Shard(0), shard...)
	streamtest.Write(t, in.Store, in.Sync.Reused(), reused...)
	if _, err := account.MergeDescriptions(t.Context(), account.Input{Store: in.Store, Sync: in.Sync}, 1, 0); err != nil {
		t.Fatal(err)
	}
}

// line is the description of a report. Those with columns have three, but the empty one, and the one that has null for them.
func line(t testing.TB, n int, state description.State) string {
	t.Helper()
	d := description.Description{ID: id("00O", n), State: state, Modified: orgtest.Changed, At: time.Unix(orgtest.Began, 0).UTC()}
	switch name := sorts[n].name; {
	case !state.HasColumns():
		d.Reason, d.Answer = description.ReasonServerError, awkward
	case name == Null:
		d.ReportMetadata, d.ReportExtendedMetadata = []byte(`{"detailColumns":null}`), []byte(`{"detailColumnInfo":null}`)
	case name == Empty:
		d.ReportMetadata, d.ReportExtendedMetadata = []byte(`{"detailColumns":[]}`), []byte(`{"detailColumnInfo":{}}`)
	default:
		d.ReportMetadata = []byte(`{"name":"x","detailColumns":["A","B.C","D$E"]}`)
		d.ReportExtendedMetadata = []byte(`{"detailColumnInfo":{"A":{"label":"The \"A\", <é> 😀","dataType":"string"},` +
			`"B.C":{"label":null,"dataType":"currency"},"D$E":{}}}`)
	}
	text, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Files writes the files of a format from the org, and gives their contents by the names that the format gives them.
func Files(t testing.TB, format export.Format) map[string]string {
	t.Helper()
	in := Stage(t, format)
	contents := map[string]string{}
	for _, file := range format.Files() {
		contents[file] = write(t, format, in, file).content
	}
	return contents
}

// written is one file.
type written struct {
	export.Written
	name, content string
}

// write writes one file and reads it.
func write(t testing.TB, format export.Format, in export.Input, file string) written {
	t.Helper()
	w := written{name: format.FileName(in.Timestamp, file)}
	var err error
	if w.Written, err = format.Write(t.Context(), in, file); err != nil {
		t.Fatalf("write %s: %v", file, err)
	}
	if w.content, err = contentOf(t, in, w.name); err != nil {
		t.Fatalf("%s was written, and is not there: %v", file, err)
	}
	return w
}

func contentOf(t testing.TB, in export.Input, name string) (string, error) {
	t.Helper()
	from, _, err := in.Store.OpenFile(t.Context(), in.Sync.File(in.Export, name))
	if err != nil {
		return "", fmt.Errorf("read %s: %w", name, err)
	}
	defer func() { _ = from.Close() }()
	content, err := io.ReadAll(from)
	return string(content), err
}
