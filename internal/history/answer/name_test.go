package answer

import (
	"strings"
	"testing"
	"time"
)

func TestResolve_namesOfSyncs(t *testing.T) {
	t.Parallel()
	ids := []string{ // newest first
		"20261127T230000.000Z-ffff0000", // Friday
		"20261126T120000.000Z-eeee0000",
		"20261123T180000.000Z-dddd0000", // Monday
		"20261123T060000.000Z-cccc0000",
		"20261101T060000.000Z-bbbb0000",
	}
	e := &Engine{Source: source, Now: func() time.Time { return time.Date(2026, 11, 28, 3, 0, 0, 0, time.UTC) }}
	for name, want := range map[string]string{
		"": ids[0], "last": ids[0], "previous": ids[1], "Previous": ids[1], ids[3]: ids[3], "20261127": ids[0], "20261123T06": ids[3],
		"20261123t18": ids[2], "2026-11-23": ids[2], "2026-11-25": ids[2], "2026-11-22": ids[4], "monday": ids[2], "Mon": ids[2], "friday": ids[0],
		"saturday": ids[4], "today": ids[0], "yesterday": ids[0], "2026-11-23T12:00:00Z": ids[3], "2026-11-23T07:30:00+01:00": ids[3],
		" last ": ids[0], "2026-11-23 18:00": ids[2], "2026-11-23 06:00:00": ids[3],
	} {
		if got, err := e.resolve(name, ids, "sync"); err != nil || got != want {
			t.Errorf("%q is %s, %v; want %s", name, got, err, want)
		}
	}
	for name, says := range map[string][]string{
		"20261123":         {"2 syncs begin", ids[2], ids[3]},
		"2026-10-31":       {"began before 2026-11-01 00:00 UTC: the oldest is " + ids[len(ids)-1]},
		"2027":             {`"2027"`, "there are " + ids[0]},
		"2026-11-23 06:01": {`"2026-11-23 06:01"`, ids[0]},
		"someday":          {"a weekday", ids[4]},
	} {
		_, err := e.resolve(name, ids, "sync")
		for _, text := range says {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%q gives %v, without %q", name, err, text)
			}
		}
	}
	if _, err := e.resolve("", nil, "sync"); err == nil || !strings.Contains(err.Error(), "no sync yet") {
		t.Errorf("of none: %v", err)
	}
	if _, err := e.resolve("previous", ids[:1], "sync"); err == nil || !strings.Contains(err.Error(), "none before it") {
		t.Errorf("before the first: %v", err)
	}
}

// The caller's day is another one than that of UTC.
func TestInUTC_ofAnotherZone(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("east", 9*3600)
	now := time.Date(2026, 11, 28, 1, 0, 0, 0, zone) // a Saturday, in UTC still Friday
	for name, want := range map[string]string{
		"2026-11-23": "2026-11-23T15:00:00Z", "friday": "2026-11-27T15:00:00Z", "saturday": "2026-11-21T15:00:00Z", "today": "2026-11-28T15:00:00Z",
		"2026-11-24 06:00": "2026-11-23 21:00", "2026-11-24 06:00:31": "2026-11-23 21:00:31",
		"last": "last", "20261123T06": "20261123T06", "": "",
	} {
		if got := InUTC(name, now); got != want {
			t.Errorf("%q is %s, want %s", name, got, want)
		}
	}
}

// Chile puts its clocks forward at midnight: Sunday, 6 September 2026, begins at one o'clock.
func TestInUTC_ofADayWithoutMidnight(t *testing.T) {
	t.Parallel()
	chile, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Skip("this machine knows no zones: ", err)
	}
	for name, want := range map[string]string{
		"2026-09-05": "2026-09-06T04:00:00Z", "saturday": "2026-09-06T04:00:00Z", "sunday": "2026-09-07T03:00:00Z", "2026-09-06": "2026-09-07T03:00:00Z",
	} {
		if got := InUTC(name, time.Date(2026, 9, 8, 12, 0, 0, 0, chile)); got != want {
			t.Errorf("%q ends at %s, want %s", name, got, want)
		}
	}
}

func FuzzParseDiffCursor(f *testing.F) {
	w := "20261127T230000.000Z-ffff0000"
	f.Add(diffCursor{from: w, to: w, at: position{3, idOf("00O", 1)}}.String())
	f.Add("~~~")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseDiffCursor(text)
		if err == nil && c.String() != text {
			t.Errorf("%q is read as %q", text, c)
		}
		if len(c.String()) > cursorBytes+len(text) {
			t.Errorf("%q grows", text)
		}
	})
}

func TestCanNameSync(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"last", "Previous", "monday", "Mon", "today", "2026-11-23", "2026-11-23 05:00", "2026-11-23T05:00:00Z", "2026", "20261123", "20261123t05",
		"20261127T230000.000Z-ffff0000",
	} {
		if !CanNameSync(name) {
			t.Errorf("%q names a sync", name)
		}
	}
	for _, name := range []string{"", "out", "longhaul-out", "mondey", "202611231", "20261123-out", "2026-11", "./out", "out2"} {
		if CanNameSync(name) {
			t.Errorf("%q names no sync", name)
		}
	}
}
