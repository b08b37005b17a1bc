package spelling

import "testing"

func TestNearest(t *testing.T) {
	t.Parallel()
	known := []string{"acme", "acme-emea", "beta", "ost"}
	for word, want := range map[string]string{
		"acmee": "acme", "ACME": "acme", "acme_emea": "acme-emea", "acme-emae": "acme-emea", "bta": "beta",
		"btea": "beta", "west": "", "gamma-north": "", "": "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("for %q it finds %q, want %q", word, got, want)
		}
	}
}
