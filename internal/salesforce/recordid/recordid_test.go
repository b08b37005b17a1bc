package recordid

import "testing"

func TestLong(t *testing.T) {
	t.Parallel()
	for short, want := range map[string]string{
		"00Dxx0000001gPL":    "00Dxx0000001gPLEAY",
		"005xx000001SwiU":    "005xx000001SwiUAAS",
		"000000000000000":    "000000000000000AAA",
		"AAAAAAAAAAAAAAA":    "AAAAAAAAAAAAAAA555",
		"00Dxx0000001gPLEAY": "00Dxx0000001gPLEAY",
	} {
		if got, err := Long(short); err != nil || got != want {
			t.Errorf("Long(%q) = %q, %v; want %q", short, got, err, want)
		}
	}
	for _, bad := range []string{"", "00D", "00Dxx0000001gP/", "00Dxx0000001gPLE", "00Dxx0000001gPLEAY0", "00Dxx0000001gé"} {
		if got, err := Long(bad); err == nil {
			t.Errorf("Long(%q) = %q, want an error", bad, got)
		}
	}
}
