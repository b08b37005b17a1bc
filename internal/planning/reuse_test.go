package planning

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// naming is a line known of report 0, which names two columns.
func naming(t *testing.T, state description.State, at time.Time, extended string) string {
	t.Helper()
	d := description.Description{
		ID: streamtest.ReportID(0), State: state, Modified: changed, At: at,
		ReportMetadata: []byte(`{"detailColumns":["A","B"]}`), ReportExtendedMetadata: []byte(extended),
	}
	line, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// partOf is the key of a part that holds report 0 only.
func partOf(y staging.Sync, shard int) string {
	return y.Part(shard, streamtest.ReportID(0), streamtest.ReportID(0), 1)
}

// reuse is a case of what is known of report 0, and what a plan makes of it.
type reuse struct {
	known func(t *testing.T, s *staging.Store)
	full  bool
	want  description.State // of the reused stream; empty when the report is described
	at    string            // the time of the description that is taken
	warns string
}

// record makes report 0 known by the record of the last sync.
func record(state description.State, modified string, at time.Time) func(*testing.T, *staging.Store) {
	return func(t *testing.T, s *staging.Store) {
		t.Helper()
		recorded(t, s, earlier, me, described(t, 0, state, modified, at))
	}
}

// recordOf makes report 0 known by the record of a sync with another identity.
func recordOf(change func(*description.Identity)) func(*testing.T, *staging.Store) {
	return func(t *testing.T, s *staging.Store) {
		t.Helper()
		recorded(t, s, earlier, other(change), described(t, 0, description.StateDescribed, changed, good))
	}
}

func other(change func(*description.Identity)) description.Identity {
	who := me
	change(&who)
	return who
}

var good = changedAt.Add(time.Hour) // long enough after the last change

func TestPlan_reusesWhatStillHolds(t *testing.T) {
	t.Parallel()
	requireReuse(t, map[string]reuse{
		"nothing is known":                          {known: func(*testing.T, *staging.Store) {}},
		"described and unchanged":                   {want: description.StateReused, at: "11:00:00", known: record(description.StateDescribed, changed, good)},
		"reused and unchanged":                      {want: description.StateReused, at: "11:00:00", known: record(description.StateReused, changed, good)},
		"obsolete and unchanged":                    {want: description.StateObsolete, known: record(description.StateObsolete, changed, good)},
		"unsupported and unchanged":                 {want: description.StateUnsupported, known: record(description.StateUnsupported, changed, good)},
		"denied is tried again":                     {known: record(description.StateDenied, changed, good)},
		"failed is tried again":                     {known: record(description.StateFailed, changed, good)},
		"gone is tried again, if it is not counted": {known: record(description.StateGone, changed, good)},
		"filtered is looked at again":               {known: record(description.StateFiltered, changed, good)},
		"described exactly 5 s after the change":    {want: description.StateReused, at: "10:00:05", known: record(description.StateDescribed, changed, changedAt.Add(5*time.Second))},
		"described less than 5 s after the change":  {known: record(description.StateDescribed, changed, changedAt.Add(5*time.Second-1))},
		"changed since":                             {known: record(description.StateDescribed, "2026-11-19T10:00:00.000+0000", good)},
		"changed back":                              {known: record(description.StateDescribed, "2026-11-21T10:00:00.000+0000", good.AddDate(0, 0, 2))},
		"obsolete and changed since":                {known: record(description.StateObsolete, "2026-11-19T10:00:00.000+0000", good)},
		"described without the columns that it names": {known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, naming(t, description.StateDescribed, good, `{"detailColumnInfo":{}}`))
		}},
		"reused before without its columns": {known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, naming(t, description.StateReused, good, `{"detailColumnInfo":null}`))
		}},
		"described with some of its columns": {want: description.StateReused, known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, naming(t, description.StateDescribed, good, `{"at":"11:00:00","detailColumnInfo":{"B":{}}}`))
		}, at: "11:00:00"},
		"described by a version that looks for its columns": {want: description.StateReused, known: func(t *testing.T, s *staging.Store) {
			line := naming(t, description.StateDescribed, good, `{"at":"11:00:00"}`) // what is not looked at may be anything
			recorded(t, s, earlier, me, strings.Replace(line, `,"report`, `,"columns_checked":1,"report`, 1))
		}, at: "11:00:00"},
		"a full sync":         {full: true, known: record(description.StateDescribed, changed, good)},
		"another org":         {warns: "the org is another", known: recordOf(func(i *description.Identity) { i.OrgID = "x" })},
		"another API version": {warns: "the API version is another", known: recordOf(func(i *description.Identity) { i.APIVersion = "x" })},
		"another run-as user": {warns: "the run-as user is another", known: recordOf(func(i *description.Identity) { i.UserID = "x" })},
		"another locale":      {warns: "the run-as user's language is another", known: recordOf(func(i *description.Identity) { i.Locale = "x" })},
		"a newer format": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			line := strings.Replace(described(t, 0, description.StateDescribed, changed, good), `,"report`, `,"added_later":{"a":1},"report`, 1)
			recorded(t, s, earlier, other(func(i *description.Identity) { i.Format++ }), line)
		}},
		"a reason of a newer format": {known: func(t *testing.T, s *staging.Store) {
			line := described(t, 0, description.StateUnsupported, changed, good)
			line = strings.Replace(line, `"reason":"unsupported"`, `"reason":"added_later"`, 1)
			recorded(t, s, earlier, other(func(i *description.Identity) { i.Format++ }), line)
		}},
		"an unfinished sync before many whose login failed": {want: description.StateReused, at: "12:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good.Add(time.Hour)))
			for n := range unfinishedSyncs + 1 {
				failed := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261122T2000%02dZ-ab12cd34", n)}
				if err := s.WriteJSON(t.Context(), failed.End(), history.End{Outcome: "failed"}); err != nil {
					t.Fatal(err)
				}
			}
		}},
		"a newer format of an unfinished sync": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, other(func(i *description.Identity) { i.Format++ }))
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"a format below the least": {
			warns: "the format of Longhaul's records is another",
			known: recordOf(func(i *description.Identity) { i.Format = description.LeastFormat - 1 }),
		},
		"an unfinished sync whose audit failed": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			begun(t, s, unfinished, me)
			line := described(t, 0, description.StateFailed, changed, good.Add(time.Hour))
			streamtest.Write(t, s, unfinished.Shard(0), strings.Replace(line, "}", `,"audited":true}`, 1))
		}},
		"a format below the least of an unfinished sync": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, other(func(i *description.Identity) { i.Format = description.LeastFormat - 1 }))
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
	})
}

func TestPlan_reusesWhatUnfinishedSyncsKnew(t *testing.T) {
	t.Parallel()
	requireReuse(t, map[string]reuse{
		"deferred is tried again": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDeferred, changed, good))
		}},
		"deferred and then described": {want: description.StateReused, at: "12:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDeferred, changed, good))
			streamtest.Write(t, s, partOf(unfinished, 1), described(t, 0, description.StateDescribed, changed, good.Add(time.Hour)))
		}},
		"described without its columns by an unfinished sync": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, partOf(unfinished, 0), naming(t, description.StateDescribed, good, `{"C":{}}`))
		}},
		"a part of an unfinished sync": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, partOf(unfinished, 0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"a shard of an unfinished sync": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"what an unfinished sync reused": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Reused(), described(t, 0, description.StateReused, changed, good))
		}},
		"the whole stream of an unfinished sync": {want: description.StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Described(), described(t, 0, description.StateDescribed, changed, good))
		}},
		"an unfinished sync of another user": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, other(func(i *description.Identity) { i.UserID = "x" }))
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"an unfinished sync that never knew its user": {known: func(t *testing.T, s *staging.Store) {
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"its own earlier parts are for its shards": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, current, me)
			streamtest.Write(t, s, current.Shard(0), described(t, 0, description.StateDescribed, changed, good))
		}},
		"the newer of a record and an unfinished sync": {want: description.StateReused, at: "12:00:00", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good.Add(time.Hour)))
		}},
		"the newer of two unfinished syncs": {want: description.StateReused, at: "13:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good.Add(time.Hour)))
			begun(t, s, newer, me)
			streamtest.Write(t, s, newer.Shard(0), described(t, 0, description.StateDescribed, changed, good.Add(2*time.Hour)))
		}},
		"a newer denial wins over an older description": {known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDenied, changed, good.Add(time.Hour)))
		}},
		"only the newest record counts": {known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			recorded(t, s, unfinished, me, described(t, 1, description.StateDescribed, changed, good))
		}},
	})
}

func TestPlan_reusesNothingThatCannotBeRead(t *testing.T) {
	t.Parallel()
	requireReuse(t, map[string]reuse{
		"a torn stream is left out": {warns: "1 of the streams with what the earlier sync 20261122T181610Z-ab12cd34 knew cannot be read", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			streamtest.Tear(t, s, earlier.Described())
		}},
		"a torn stream does not hide another": {known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			begun(t, s, unfinished, me)
			streamtest.Write(t, s, unfinished.Shard(0), described(t, 0, description.StateDescribed, changed, good.Add(time.Hour)))
			streamtest.Tear(t, s, unfinished.Shard(0))
		}, want: description.StateReused, at: "11:00:00", warns: "cannot be read"},
		"a stream of something else is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, `{"Id":"short"}`)
		}},
		"a stream out of order is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 1, description.StateDescribed, changed, good), described(t, 0, description.StateDescribed, changed, good))
		}},
		"a lost stream is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, good))
			if err := s.Delete(t.Context(), earlier.Described()); err != nil {
				t.Fatal(err)
			}
		}},
		"a damaged record is left out": {warns: "the record of the last sync cannot be read", known: func(t *testing.T, s *staging.Store) {
			if err := s.Write(t.Context(), staging.RecordKey("acme", earlier.ID), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}},
		"a damaged state is left out": {warns: "the state of the unfinished sync", known: func(t *testing.T, s *staging.Store) {
			if err := s.Write(t.Context(), unfinished.Start(), nil); err != nil {
				t.Fatal(err)
			}
		}},
	})
}

func requireReuse(t *testing.T, cases map[string]reuse) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c.require(t)
		})
	}
}

func (c reuse) require(t *testing.T) {
	t.Helper()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 1)
	c.known(t, s)
	got := plan(t, s, c.full)
	want := Planned{Reports: 1, ToDescribe: 1, Shards: 1, States: map[description.State]int64{}, Warnings: got.Warnings}
	if c.want != "" {
		want = Planned{Reports: 1, Reused: 1, States: map[description.State]int64{c.want: 1}, Warnings: got.Warnings}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if joined := strings.Join(said(got.Warnings), "\n"); (c.warns == "") != (joined == "") || !strings.Contains(joined, c.warns) {
		t.Errorf("warnings %q, want %q", joined, c.warns)
	}
	lines := streamtest.Read(t, s, current.Reused())
	if c.want == "" {
		if len(lines) != 0 {
			t.Errorf("reused %q", lines)
		}
		return
	}
	d, err := description.Decode([]byte(lines[0]))
	if err != nil || d.State != c.want || !strings.Contains(string(d.ReportExtendedMetadata), c.at) {
		t.Errorf("reused %s, %v; want state %s of %s", lines[0], err, c.want, c.at)
	}
	if (d.ColumnsChecked == description.ColumnsRule) != (c.want == description.StateReused) || strings.Count(lines[0], "checked") > 1 {
		t.Errorf("%s does not say that its columns were looked for, or says so twice", lines[0])
	}
}
