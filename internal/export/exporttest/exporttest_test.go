package exporttest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"longhaul/internal/export/exporttest"
	"longhaul/internal/export/formats"
)

// brokenBy names, in a process of its own, in which way its format is broken; "not" is a format that is not.
const brokenBy = "EXPORTTEST_BROKEN_BY"

func init() {
	if how := os.Getenv(brokenBy); how != "" {
		formats.Register(broken{how: how})
	}
}

// What is wrong with a format is noticed, and the sentence says what.
func TestRun_noticesWhatIsWrong(t *testing.T) {
	if how := os.Getenv(brokenBy); how != "" {
		dir := t.TempDir()
		exporttest.Run(t, broken{how: how}, exporttest.Place{
			Section: "{folder: '" + dir + "', key: 'env:BROKEN_KEY'}", Secrets: map[string]string{"BROKEN_KEY": "a-key-that-nobody-sees"},
			Has: func(name string) (string, bool) { return folder(dir, name) },
		})
		return
	}
	for how, row := range map[string]struct {
		part string // of Run
		want string // empty: nothing is wrong
	}{
		"not":            {".*", ""},
		namesNoField:     {"declares", "Report has no field FolderPath"},
		declaresNothing:  {"writes", "differs where more is read than Fields declares"},
		firstListing:     {"writes", "the files have the name from before it changed"},
		allReports:       {"writes", "is in the files, and not in the org"},
		withColumnsAlone: {"writes", "is in no file, and other reports without columns are"},
		countsWrongly:    {"writes", "records, and counts"},
		keepsAll:         {"needs_constant_memory", "write each record as it is read"},
		changes:          {"starts_again", "is another one when it is written again"},
		commitsAlways:    {"starts_again", "failed, and is there"},
		hidesCause:       {"starts_again", "want an error that wraps the one that was read"},
		tellsNothing:     {"starts_again", "no file tells its progress"},
		showsHalf:        {"delivers", "give a file its name once it is whole"},
		takesAnything:    {"delivers", "the target has the file of another"},
		goesOn:           {"delivers", "when the worker had been stopped"},
		leavesNoPath:     {"delivers", "names no path"},
		saysSecret:       {"delivers", "the log holds the secret BROKEN_KEY"},
		checksNoSecret:   {"is_checked", "it is ready without a value of broken.key"},
		noRows:           {"is_checked", "check has no row about it"},
		silentRow:        {"is_checked", "does not say what it costs, what to change and where"},
	} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			alone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestRun_noticesWhatIsWrong$/^"+row.part+"$")
			alone.Env = append(os.Environ(), brokenBy+"="+how)
			said, err := alone.CombinedOutput()
			if failed := err != nil; failed != (row.want != "") || !strings.Contains(string(said), row.want) {
				t.Errorf("it ended with %v, want that it notices %q:\n%s", err, row.want, said)
			}
		})
	}
}
