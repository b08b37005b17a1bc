package schedule_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/types/known/durationpb"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

func make1(t *testing.T, s source.Schedule) *schedulepb.Schedule {
	t.Helper()
	made, err := schedule.Make("acme", "longhaul", "SyncSource", s)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// TestMake_startsByWhatIsWanted reads the spec in the words that people see.
func TestMake_startsByWhatIsWanted(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		wanted source.Schedule
		words  string
	}{
		{source.Schedule{Every: 24 * time.Hour}, "every 24h, up to 10m later"},
		{source.Schedule{Every: 7 * 24 * time.Hour}, "every 7d, up to 10m later"},
		{source.Schedule{Every: 15 * time.Minute}, "every 15m, up to 7m30s later"},
		{source.Schedule{Every: time.Minute}, "every 1m, up to 30s later"},
		{source.Schedule{Cron: "0 2 * * *"}, "cron 0 2 * * * in UTC, up to 10m later"},
		{source.Schedule{Cron: "0 2 * * MON-FRI", Timezone: "Europe/Paris"}, "cron 0 2 * * 1-5 in Europe/Paris, up to 10m later"},
		{source.Schedule{Cron: "*/10 * * * *"}, "cron 0,10,20,30,40,50 * * * * in UTC, up to 5m later"},
		{source.Schedule{Cron: "55 23,0 * * *"}, "cron 55 0,23 * * * in UTC, up to 10m later"},
		{source.Schedule{Cron: "58,2 0 * * *"}, "cron 2,58 0 * * * in UTC, up to 10m later"},
		{source.Schedule{Cron: "0,1 2 * * *"}, "cron 0-1 2 * * * in UTC, up to 30s later"},
		{source.Schedule{Cron: "59 23,0 1 * *", Timezone: "UTC"}, "cron 59 0,23 1 * * in UTC, up to 10m later"},
		// Either day, as cron has it and Temporal's own reader of cron has not.
		{source.Schedule{Cron: "0 2 1 * MON"}, "cron 0 2 1 * * in UTC, cron 0 2 * * 1 in UTC, up to 10m later"},
	} {
		got := schedule.SpecWords(make1(t, row.wanted).GetSpec())
		if got != row.words {
			t.Errorf("%+v starts %q, want %q", row.wanted, got, row.words)
		}
	}
}

// TestMake_takesCronOfAnyLength though Temporal's comments are short.
func TestMake_takesCronOfAnyLength(t *testing.T) {
	t.Parallel()
	for _, cron := range []string{"0 2 * * *", "0 " + strings.Repeat("1,", 120) + "2 * * *"} {
		calendar := make1(t, source.Schedule{Cron: cron}).GetSpec().GetStructuredCalendar()[0]
		if n := len(calendar.GetComment()); n > 200 || n == 0 && len(cron) <= 200 {
			t.Errorf("a comment of %d bytes for %s", n, cron)
		}
	}
}

func TestCheck_refusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	for says, s := range map[string]source.Schedule{
		"every and cron exclude each other: give one of them":                 {Every: time.Hour, Cron: "0 2 * * *"},
		"timezone is for cron only: leave it out, or give cron":               {Every: time.Hour, Timezone: "UTC"},
		"every must be a time from 1m to 366d, written as 90m, 24h or 7d":     {Every: time.Second},
		"cron names a day that never comes":                                   {Cron: "0 0 30 2 *"},
		"cron is five fields without a time zone: write the zone as timezone": {Cron: "CRON_TZ=UTC 0 0 * * *"},
	} {
		if err := schedule.Check(s); !fault.Is(err, fault.Invalid) || fault.Sentence(err) != says {
			t.Errorf("%+v: got %v, want %q", s, err, says)
		}
	}
	for _, text := range []string{"@daily", "0 0 * *", "0 0 * * 7", "60 0 * * *", "0 0 * * * # daily", "a b c d e", "", "TZ="} {
		if err := schedule.Check(source.Schedule{Cron: text}); text != "" && !fault.Is(err, fault.Invalid) {
			t.Errorf("cron %q: got %v", text, err)
		}
	}
	for _, zone := range []string{"Local", "CEST", "Mars/Olympus", "../etc/passwd"} {
		if err := schedule.Check(source.Schedule{Cron: "0 0 * * *", Timezone: zone}); !fault.Is(err, fault.Invalid) {
			t.Errorf("zone %q: got %v", zone, err)
		}
	}
}

func TestParseEvery(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "24h": 24 * time.Hour, "7d": 168 * time.Hour, "366d": 366 * 24 * time.Hour,
	} {
		if got, err := schedule.ParseEvery(text); got != want || err != nil {
			t.Errorf("%s is %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0d", "-1d", "367d", "1.5d", "59s", "d", "daily", "8785h", "99999999999d"} {
		if got, err := schedule.ParseEvery(text); err == nil {
			t.Errorf("%q is %s", text, got)
		}
	}
}

// TestSame_seesWhatAPersonChanged and nothing else.
func TestSame_seesWhatAPersonChanged(t *testing.T) {
	t.Parallel()
	day := source.Schedule{Every: 24 * time.Hour}
	for name, row := range map[string]struct {
		change func(*schedulepb.Schedule)
		same   bool
	}{
		"nothing":     {func(*schedulepb.Schedule) {}, true},
		"paused":      {func(s *schedulepb.Schedule) { s.State = &schedulepb.ScheduleState{Paused: true, Notes: "why"} }, true},
		"a zero":      {func(s *schedulepb.Schedule) { s.Spec.Interval[0].Phase = durationpb.New(0) }, true},
		"the period":  {func(s *schedulepb.Schedule) { s.Spec.Interval[0].Interval = durationpb.New(time.Hour) }, false},
		"the jitter":  {func(s *schedulepb.Schedule) { s.Spec.Jitter = nil }, false},
		"the overlap": {func(s *schedulepb.Schedule) { s.Policies.OverlapPolicy = 2 }, false},
		"the source": {func(s *schedulepb.Schedule) {
			s.Action.GetStartWorkflow().Input.Payloads[0].Data = []byte(`{"source":"beta"}`)
		}, false},
	} {
		changed := make1(t, day)
		row.change(changed)
		if got := schedule.Same(make1(t, day), changed); got != row.same {
			t.Errorf("%s: same is %t", name, got)
		}
	}
	text, err := schedule.Encode(make1(t, day))
	if err != nil || !schedule.Same(schedule.Decode(text), make1(t, day)) {
		t.Errorf("what was written is read as another: %s, %v", text, err)
	}
	for _, torn := range []string{"", "{", "null", "{}"} {
		if schedule.Same(schedule.Decode([]byte(torn)), schedule.Decode([]byte(torn))) {
			t.Errorf("%q equals itself", torn)
		}
	}
}

func TestSchedule_isWrittenAsPeopleDo(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]source.Schedule{
		`{"every":"24h"}`:   {Every: 24 * time.Hour},
		`{"every":"1h30m"}`: {Every: 90 * time.Minute},
		`{"every":"1m"}`:    {Every: time.Minute},
		`{"cron":"0 2 * * *","timezone":"Europe/Paris"}`: {Cron: "0 2 * * *", Timezone: "Europe/Paris"},
		`{}`: {},
	} {
		text, err := json.Marshal(s)
		var back source.Schedule
		if err != nil || string(text) != want || json.Unmarshal(text, &back) != nil || back != s {
			t.Errorf("%+v is written as %s and read as %+v, %v", s, text, back, err)
		}
	}
}

func TestOrder_isOneThing(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]schedule.Order{
		"two specs":             {Every: "24h", Cron: "0 2 * * *"},
		"a spec and off":        {Every: "24h", Off: true},
		"pause and resume":      {Pause: true, Resume: true},
		"a reason for nothing":  {Reason: "why"},
		"a reason for a period": {Every: "24h", Reason: "why"},
		"a zone alone":          {Timezone: "UTC"},
		"no period":             {Every: "daily"},
		"a long reason":         {Pause: true, Reason: string(make([]byte, 201))},
	} {
		if err := o.Check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for _, o := range []schedule.Order{
		{}, {Every: "7d"}, {Cron: "0 2 * * *", Timezone: "UTC"}, {Off: true}, {Pause: true, Reason: "why"}, {Resume: true},
	} {
		if err := o.Check(); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
