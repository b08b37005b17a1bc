package doctor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
)

func TestParseLabel_readsWhatLabelMakes(t *testing.T) {
	t.Parallel()
	for _, w := range []doctor.Worker{
		{Identity: "4711@etl-1", Version: "1.2.3", Settings: "ab12cd34"},
		{Identity: "4711@etl-1", Version: "v0.0.0-20261129+dirty"},
		{Identity: "4711@a host (of mine)", Version: "1.2.3", Settings: "ab12cd34"},
		{Identity: "4711@etl-1", Version: "1.2.3", Sources: []string{"acme", "beta-2"}},
	} {
		if diff := cmp.Diff(w, doctor.ParseLabel(w.Label())); diff != "" {
			t.Errorf("%s (-want +got)\n%s", w.Label(), diff)
		}
	}
	if diff := cmp.Diff(doctor.Worker{Identity: "4711@etl-1@"}, doctor.ParseLabel("4711@etl-1@")); diff != "" {
		t.Errorf("another program's worker (-want +got)\n%s", diff)
	}
}

// TestLabel_isShort whatever the settings hold: each workflow task of a history repeats it.
func TestLabel_isShort(t *testing.T) {
	t.Parallel()
	w := doctor.Worker{Identity: "4711@etl-1", Version: "1.2.3"}
	for i := range 300 {
		w.Sources = append(w.Sources, fmt.Sprintf("source-%03d", i))
	}
	if got := doctor.ParseLabel(w.Label()).Sources; len(w.Label()) > 200 || len(got) < 5 || got[0] != "source-000" {
		t.Errorf("%q", w.Label())
	}
}

func TestJudge_takesTheWorstStatus(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		statuses []doctor.Status
		want     doctor.Status
	}{
		{nil, doctor.Pass},
		{[]doctor.Status{doctor.Pass, doctor.Skipped}, doctor.Pass},
		{[]doctor.Status{doctor.Warn, doctor.Pass}, doctor.Warn},
		{[]doctor.Status{doctor.Pass, doctor.Fail, doctor.Warn}, doctor.Fail},
	} {
		var findings []doctor.Finding
		for _, s := range row.statuses {
			findings = append(findings, doctor.Finding{Status: s})
		}
		if got := doctor.Judge("acme", findings); got.Status != row.want {
			t.Errorf("%v: got %s, want %s", row.statuses, got.Status, row.want)
		}
	}
}

// TestVerdict_saysWhatASyncWouldDo: what holds a first sync is no mere warning, and scripts see it too.
func TestVerdict_saysWhatASyncWouldDo(t *testing.T) {
	t.Parallel()
	warn, holds, fail := doctor.Finding{Status: doctor.Warn}, doctor.Finding{Status: doctor.Warn, Holds: true}, doctor.Finding{Status: doctor.Fail}
	waits := doctor.Finding{Status: doctor.Warn, Waits: true}
	for _, row := range []struct {
		findings []doctor.Finding
		held     bool
		want     string
	}{
		{[]doctor.Finding{{Status: doctor.Pass}, {Status: doctor.Skipped}}, false, "A sync can run"},
		{[]doctor.Finding{warn, {Status: doctor.Pass}, warn}, false, "A sync can run; 2 warnings"},
		{[]doctor.Finding{warn, holds}, true, "A first sync would be held, until somebody approves; 2 warnings"},
		{[]doctor.Finding{waits}, false, "A sync would wait for API calls now; 1 warning"},
		{[]doctor.Finding{holds, waits}, true, "A sync would wait for API calls now, and a first one then be held, until somebody approves; 2 warnings"},
		{[]doctor.Finding{holds, fail}, true, "A sync cannot run as it is"},
	} {
		if got := doctor.Judge("acme", row.findings); got.Verdict() != row.want || got.Held != row.held {
			t.Errorf("got %q and %t, want %q", got.Verdict(), got.Held, row.want)
		}
	}
}

// TestJudge_isSmallEnoughForAHistory makes findings that say far too much.
func TestJudge_isSmallEnoughForAHistory(t *testing.T) {
	t.Parallel()
	var findings []doctor.Finding
	for i := range 60 {
		long := strings.Repeat("ä", 2000)
		findings = append(findings, doctor.Finding{ID: fmt.Sprintf("row.%d", i), Status: doctor.Pass, Found: long, Cost: long, Fix: long, Where: long})
	}
	result := doctor.Judge("acme", findings)
	data, err := json.Marshal(result)
	if err != nil || len(data) > 40<<10 {
		t.Errorf("the result has %d bytes (%v)", len(data), err)
	}
	if len(result.Findings) != 60 || result.Findings[59].ID != "row.59" || result.Findings[0].Found == "" {
		t.Errorf("rows are lost: %d", len(result.Findings))
	}
}

func TestFailed_showsNoCauseOfAnotherSystem(t *testing.T) {
	t.Parallel()
	below := errors.New("GET /secret?x")
	f := doctor.Finding{ID: "x"}.Failed(fmt.Errorf("a: %w", &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "denied", Err: below}), "c", "f")
	if f.Found != "denied" || f.Class != fault.Invalid || f.System != fault.Bucket || f.Status != doctor.Fail {
		t.Errorf("got %+v", f)
	}
	if f = (doctor.Finding{}).Failed(below, "", ""); f.Class != "internal" || f.System != fault.Longhaul {
		t.Errorf("got %+v", f)
	}
}
