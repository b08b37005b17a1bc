package salesforce

import "testing"

func TestID18(t *testing.T) {
	t.Parallel()
	for short, want := range map[string]string{
		"00Dxx0000001gPL":    "00Dxx0000001gPLEAY",
		"005xx000001SwiU":    "005xx000001SwiUAAS",
		"000000000000000":    "000000000000000AAA",
		"AAAAAAAAAAAAAAA":    "AAAAAAAAAAAAAAA555",
		"00Dxx0000001gPLEAY": "00Dxx0000001gPLEAY",
	} {
		if got, err := ID18(short); err != nil || got != want {
			t.Errorf("ID18(%q) = %q, %v; want %q", short, got, err, want)
		}
	}
	for _, bad := range []string{"", "00D", "00Dxx0000001gP/", "00Dxx0000001gPLE", "00Dxx0000001gPLEAY0", "00Dxx0000001gé"} {
		if got, err := ID18(bad); err == nil {
			t.Errorf("ID18(%q) = %q, want an error", bad, got)
		}
	}
}
