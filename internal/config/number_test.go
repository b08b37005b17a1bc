package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// numbersWritten are ways of writing a number that somebody reads as another one, and the digits to write.
var numbersWritten = map[string]string{
	"010": "10", "08": "8", "0x10": "16", "0o10": "8", "0b11": "3", "1_0": "10", "0_10": "10", "+5": "5", "00": "0", "-010": "-10",
}

func TestWholeNumber(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"0": 0, "7": 7, "10": 10, "-3": -3, "4611686018427387904": 1 << 62} {
		if n, err := wholeNumber(text); err != nil || n != want {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	for text, digits := range numbersWritten {
		if n, err := wholeNumber(text); err == nil || err.Error() != "must be written in plain decimal digits, not as "+text+": write "+digits {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
	for _, text := range []string{"", " ", "ten", "1.5", "1e3", "٣", "--1", "99999999999999999999", "0x", strings.Repeat("0", 1000)} {
		if n, err := wholeNumber(text); !errors.Is(err, errNoNumber) {
			t.Errorf("%q: %d, %v", text, n, err)
		}
	}
}

// Every number of the settings is refused in every layer, unless it is in plain digits.
func TestRead_takesNumbersInPlainDigitsOnly(t *testing.T) {
	t.Parallel()
	sections := map[string]string{
		"max_in_flight": "    max_in_flight: %s", "max_shards": "    max_shards: %s", "quota.ceiling": "    quota: {ceiling: %s}",
		"quota.share": "    quota: {share: %s}", "guard.max_shrink": "    guard: {max_shrink: %s}",
		"keep.accounts": "    keep: {accounts: %s}", "keep.days": "    keep: {days: %s}",
	}
	sources, _ := schema().field("sources")
	sources.leaves("", func(path string, leaf setting) {
		if _, tested := sections[path]; leaf.kind == integer && !tested {
			t.Errorf("%s is not tested here", path)
		}
	})
	for text, digits := range numbersWritten {
		wrong := ": must be written in plain decimal digits, not as " + text + ": write " + digits
		for path, line := range sections {
			_, mistakes, _ := readDocument(DefaultFile, []byte(head+fmt.Sprintf(line, text)+"\n"))
			if want := "longhaul.yaml:7: sources.acme." + path + wrong; len(mistakes) != 1 || mistakes[0].Error() != want {
				t.Errorf("got %v, want %s", mistakes, want)
			}
			variable := "LONGHAUL_SOURCES_ACME_" + shout(path)
			check(t, Input{Environment: Environment{variable + "=" + text}}, variable+wrong)
		}
		flags := pflag.NewFlagSet("x", pflag.ContinueOnError)
		AddFlags(flags)
		if err := flags.Set("worker-slots", text); err != nil {
			t.Fatal(err)
		}
		check(t, Input{Flags: flags}, "--worker-slots"+wrong)
	}
}

func check(t *testing.T, in Input, want string) {
	t.Helper()
	in.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(in.Dir, DefaultFile), []byte(head), 0o600); err != nil {
		t.Fatal(err)
	}
	_, _, err := Read(in)
	if got := sentences(t, err); len(got) != 1 || got[0] != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
