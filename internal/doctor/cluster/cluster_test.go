package cluster_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/fault"
)

var me = doctor.Worker{Identity: "1@etl-1", Version: "1.2.3", Settings: "ab12cd34"}

// healthy is a Temporal where nothing is wrong.
func healthy() cluster.Facts {
	wanted := map[string]string{"LonghaulSource": "Keyword", "LonghaulCoverage": "Double"}
	return cluster.Facts{
		Namespace: "default", Active: true, Retention: 30 * 24 * time.Hour, Wanted: wanted, Listed: true,
		Known:  map[string]string{"LonghaulSource": "Keyword", "LonghaulCoverage": "Double", "BuildIds": "KeywordList"},
		Source: "acme", Me: me, Workers: []doctor.Worker{me},
	}
}

func TestCheck_eachPartHasItsOwnFinding(t *testing.T) {
	t.Parallel()
	away := &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: "Temporal does not answer", Err: errors.New("below")}
	type status = map[string]doctor.Status
	other := func(settings, version string) []doctor.Worker {
		return []doctor.Worker{me, {Identity: "2@etl-2", Version: version, Settings: settings}}
	}
	for name, row := range map[string]struct {
		but  func(*cluster.Facts)
		want status // of rows that are not passed
		says []string
	}{
		"all is well": {but: func(*cluster.Facts) {}},
		"no namespace": {
			but:  func(f *cluster.Facts) { f.NamespaceErr = away },
			want: status{"temporal.namespace": doctor.Fail, "temporal.retention": doctor.Skipped}, says: []string{"Temporal does not answer"},
		},
		"a namespace that was deleted": {
			but:  func(f *cluster.Facts) { f.Active = false },
			want: status{"temporal.namespace": doctor.Fail}, says: []string{"the namespace default is deprecated or deleted"},
		},
		"a retention of a day": {
			but:  func(f *cluster.Facts) { f.Retention = 24 * time.Hour },
			want: status{"temporal.retention": doctor.Warn},
			says: []string{"for 24 hours", "temporal operator namespace update --namespace default --retention 30d"},
		},
		"a search attribute is missing": {
			but:  func(f *cluster.Facts) { delete(f.Known, "LonghaulCoverage") },
			want: status{"temporal.search_attributes": doctor.Warn},
			says: []string{"LonghaulCoverage is missing", "temporal operator search-attribute create --namespace default --name LonghaulCoverage --type Double"},
		},
		"a search attribute of another type": {
			but:  func(f *cluster.Facts) { f.Known["LonghaulSource"] = "Text" },
			want: status{"temporal.search_attributes": doctor.Warn}, says: []string{
				"LonghaulSource is of type Text in place of Keyword", "search-attribute remove --namespace default --name LonghaulSource`",
				"search-attribute create --namespace default --name LonghaulSource --type Keyword",
			},
		},
		"a Temporal that lists none": {
			but:  func(f *cluster.Facts) { f.Listed = false },
			want: status{"temporal.search_attributes": doctor.Skipped}, says: []string{"does not list its search attributes"},
		},
		"a list that failed": {
			but:  func(f *cluster.Facts) { f.AttributesErr = away },
			want: status{"temporal.search_attributes": doctor.Warn}, says: []string{"Temporal does not answer"},
		},
		"two equal workers": {but: func(f *cluster.Facts) { f.Workers = other("ab12cd34", "1.2.3") }},
		"another program polls too": {
			but: func(f *cluster.Facts) { f.Workers = []doctor.Worker{me, {Identity: "9@laptop"}} },
		},
		"other settings": {
			but:  func(f *cluster.Facts) { f.Workers = other("00000000", "1.2.3") },
			want: status{"temporal.workers": doctor.Warn},
			says: []string{"2 workers serve the source, by what polled within the last 90 s: ", "2@etl-2 (1.2.3, settings 00000000)", "the same settings"},
		},
		"another version": {
			but:  func(f *cluster.Facts) { f.Workers = other("ab12cd34", "1.3.0") },
			want: status{"temporal.workers": doctor.Warn}, says: []string{"2@etl-2 (1.3.0, settings ab12cd34)", "the same version"},
		},
		"other settings, of one that may have stopped": {
			but: func(f *cluster.Facts) { f.Workers = other("00000000", "1.3.0"); f.Workers[1].Stale = true },
		},
		"those that polled lately begin no question": {
			but:  func(f *cluster.Facts) { f.Workers, f.Unbegun = other("ab12cd34", "1.2.3"), true },
			want: status{"temporal.workers": doctor.Fail},
			says: []string{"no worker serves source acme; 1 worker that polled for it within the last 90 s began no question, so stopped or is busy: 2@etl-2"},
		},
		"the one that answers is busy": {but: func(f *cluster.Facts) { f.Unbegun, f.Serves = true, true }},
		"nobody": {
			but:  func(f *cluster.Facts) { f.Workers = nil },
			want: status{"temporal.workers": doctor.Fail}, says: []string{"no worker serves source acme"},
		},
		"nobody, and the name is misspelt": {
			but:  func(f *cluster.Facts) { f.Workers, f.Source, f.Sources = nil, "acmee", []string{"acme", "beta"} },
			want: status{"temporal.workers": doctor.Fail},
			says: []string{"no worker serves source acmee; the worker that answers knows acme, beta", "longhaul serve"},
		},
		"nobody, and the name is right": {
			but:  func(f *cluster.Facts) { f.Workers, f.Sources = nil, []string{"acme", "beta"} },
			want: status{"temporal.workers": doctor.Fail}, says: []string{"no worker serves source acme\n"},
		},
		"Temporal does not say who": {
			but:  func(f *cluster.Facts) { f.Workers, f.WorkersErr = nil, away },
			want: status{"temporal.workers": doctor.Warn}, says: []string{"does not say which workers"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			facts := healthy()
			row.but(&facts)
			got, text := status{}, ""
			for _, f := range cluster.Check(facts) {
				if f.Status != doctor.Pass {
					got[f.ID] = f.Status
					text += strings.Join([]string{f.Found, f.Cost, f.Fix, ""}, "\n")
				}
				if bad := f.Status == doctor.Fail; bad != (f.Class != "") || (bad || f.Status == doctor.Warn) && (f.Cost == "" || f.Fix == "") {
					t.Errorf("got %+v", f)
				}
			}
			if row.want == nil {
				row.want = status{}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s%s", diff, text)
			}
			for _, says := range row.says {
				if !strings.Contains(text, says) {
					t.Errorf("%q is missing in:\n%s", says, text)
				}
			}
		})
	}
}
