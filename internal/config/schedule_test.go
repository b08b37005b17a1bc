package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/source"
)

const periods = "must be a time from 1m to 366d, written as 90m, 24h or 7d"

func TestRead_findsMistakesOfSchedules(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, text string
		want       []string
	}{
		{"a period in days that is too long", head + "    schedule: {every: 367d}\n", []string{"7: sources.acme.schedule.every: " + periods}},
		{"a period under a minute", head + "    schedule: {every: 59s}\n", []string{"7: sources.acme.schedule.every: " + periods}},
		{"a period that is no time", head + "    schedule: {every: daily}\n", []string{"7: sources.acme.schedule.every: " + periods}},
		{
			"a period and cron", head + "    schedule:\n      every: 24h\n      cron: 0 2 * * *\n",
			[]string{"9: sources.acme.schedule.cron is set beside every: keep one of them"},
		},
		{
			"a time zone without cron", head + "    schedule:\n      timezone: Europe/Paris\n      every: 24h\n",
			[]string{"8: sources.acme.schedule.timezone is for cron only: remove it, or set cron"},
		},
		{
			"a time zone that is none", head + "    schedule:\n      cron: 0 2 * * *\n      timezone: CEST\n",
			[]string{`9: sources.acme.schedule.timezone: "CEST" is not the name of a time zone: write one of the IANA database, such as Europe/Paris, America/New_York or UTC`},
		},
		{
			"six fields of cron", head + "    schedule: {cron: 0 0 2 * * *}\n",
			[]string{"7: sources.acme.schedule.cron: must be cron's five fields, such as 0 2 * * 1-5 (minute, hour, day of month, month, day of week from 0, which is Sunday): expected exactly 5 fields, found 6: [0 0 2 * * *]"},
		},
		{
			"cron that begins with a star", head + "    schedule:\n      cron: */5 * * * *\n",
			[]string{"8: this is not YAML: did not find expected alphabetic or numeric character (a value that begins with * or &, such as one for cron, " +
				"stands in quotes); look at the indentation, colons and quotes here and on the line before"},
		},
		{"a day that never comes", head + "    schedule: {cron: 0 2 31 2 *}\n", []string{"7: sources.acme.schedule.cron: names a day that never comes"}},
		{
			"cron with a time zone", head + "    schedule: {cron: TZ=UTC 0 2 * * *}\n",
			[]string{"7: sources.acme.schedule.cron: is five fields without a time zone: write the zone as timezone"},
		},
	} {
		_, _, err := Read(settings(t, row.text))
		want := make([]string, len(row.want))
		for i, w := range row.want {
			want[i] = DefaultFile + ":" + w
		}
		if diff := cmp.Diff(want, sentences(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestRead_readsSchedules(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]source.Schedule{
		"{every: 24h}": {Every: 24 * time.Hour},
		"{every: 7d}":  {Every: 7 * 24 * time.Hour},
		"{cron: 0 2 * * MON-FRI, timezone: Europe/Paris}": {Cron: "0 2 * * MON-FRI", Timezone: "Europe/Paris"},
		"{cron: '*/5 * * * *'}":                           {Cron: "*/5 * * * *"},
	} {
		in := settings(t, head+"    schedule: "+text+"\n")
		cfg, _, err := Read(in)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if acme, _ := cfg.Sources.Get("acme"); acme.Schedule != want {
			t.Errorf("%s is read as %+v", text, acme.Schedule)
		}
	}
	cfg, _, err := Read(settings(t, head, "LONGHAUL_SOURCES_ACME_SCHEDULE_EVERY=2d"))
	if err != nil {
		t.Fatal(err)
	}
	if acme, _ := cfg.Sources.Get("acme"); acme.Schedule.Every != 48*time.Hour {
		t.Errorf("the variable is read as %+v", acme.Schedule)
	}
}
