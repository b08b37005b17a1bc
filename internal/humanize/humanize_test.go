package humanize

import (
	"testing"
	"time"
)

func TestNumbers(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ got, want string }{
		{Number(0), "0"},
		{Number(999), "999"},
		{Number(1000), "1,000"},
		{Number(-1234567), "-1,234,567"},
		{Count(1, "report"), "1 report"},
		{Count(0, "report"), "0 reports"},
		{Bytes(999), "999 B"},
		{Bytes(1500), "1.5 kB"},
		{Bytes(2_500_000), "2.5 MB"},
		{Bytes(7_000_000_000_000_000), "7000.0 TB"},
		{Duration(1500 * time.Millisecond), "1.5 s"},
		{Duration(90 * time.Second), "90 s"},
		{Duration(5 * time.Minute), "5 min"},
		{Duration(36 * time.Hour), "36.0 h"},
	} {
		if row.got != row.want {
			t.Errorf("got %q, want %q", row.got, row.want)
		}
	}
}

func TestAbout(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0 s", 12300 * time.Millisecond: "12 s", 90 * time.Second: "2 min", 89 * time.Minute: "89 min", 100 * time.Minute: "1.7 h",
		21*time.Hour + 10*time.Minute: "21 h", 71 * time.Hour: "71 h", 84 * time.Hour: "3.5 days", 1000 * time.Hour: "42 days",
	} {
		if got := About(d); got != want {
			t.Errorf("About(%s) is %q, want %q", d, got, want)
		}
	}
}
