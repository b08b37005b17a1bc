package build

import (
	"runtime/debug"
	"strings"
	"testing"
)

const clone = "$Format:%H %cI %(describe:tags=true)$\n"

func TestRead_whatTheLinkerLeft(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{
		GoVersion: "go1.26.8",
		Main:      debug.Module{Path: "longhaul", Version: "v0.1.0"},
		Deps:      []*debug.Module{{Path: "go.temporal.io/sdk", Version: "v1.50.0"}},
		Settings: []debug.BuildSetting{
			{Key: "vcs.revision", Value: "4a89d5a0123456789"},
			{Key: "vcs.time", Value: "2026-11-29T15:27:00Z"},
			{Key: "vcs.modified", Value: "false"},
		},
	}
	const want = "v0.1.0, revision 4a89d5a01234 of 29 Nov 2026 15:27 UTC, go1.26.8, Temporal SDK v1.50.0"
	if got := read(info, true, "c0ffee 2020-01-01T00:00:00Z v9"); got.String() != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	info.Settings[2].Value = "true"
	if got := read(info, true, clone).String(); !strings.Contains(got, " UTC with changes, ") {
		t.Errorf("changed sources are not told: %s", got)
	}
}

func TestRead_sourcesWithoutGit(t *testing.T) {
	t.Parallel()
	info := &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Path: "longhaul", Version: "(devel)"}}
	for name, test := range map[string]struct{ archived, want string }{
		"an archive":               {"4a89d5a0123456789 2026-11-29T17:27:00+02:00 v0.1.0\n", "v0.1.0, revision 4a89d5a01234 of 29 Nov 2026 15:27 UTC, go1.26.8"},
		"an archive without a tag": {"4a89d5a0123456789 2026-11-29T15:27:00Z \n", "devel, revision 4a89d5a01234 of 29 Nov 2026 15:27 UTC, go1.26.8"},
		"a copy of a clone":        {clone, "devel, go1.26.8"},
		"nothing":                  {"", "devel, go1.26.8"},
	} {
		if got := read(info, true, test.archived).String(); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	if got := read(nil, false, clone).String(); got != "devel" {
		t.Errorf("without anything: got %q", got)
	}
}
