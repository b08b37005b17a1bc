// Package build says what a binary knows about its own build.
package build

import (
	_ "embed"
	"fmt"
	"runtime/debug"
	"strings"
	"time"
)

// archived holds, in sources that came by `git archive`, the commit, its date and the last tag. In a clone it holds the
// placeholders of .gitattributes, and Go reads the same from git.
//
//go:embed archived
var archived string

// Info is what a binary knows about its own build.
type Info struct {
	Version  string
	revision string
	date     time.Time // of the revision, not of the build: the same sources give the same bytes
	dirty    bool
	golang   string
	sdk      string // of Temporal
}

// Read reads what the linker left; where it saw no git, what the archive of the sources says.
func Read(info *debug.BuildInfo, ok bool) Info { return read(info, ok, archived) }

func read(info *debug.BuildInfo, ok bool, archived string) Info {
	b := Info{Version: "devel"}
	if !ok {
		info = &debug.BuildInfo{}
	}
	b.golang = info.GoVersion
	if info.Main.Version != "" {
		b.Version = strings.Trim(info.Main.Version, "()")
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.revision = setting.Value
		case "vcs.time":
			b.date, _ = time.Parse(time.RFC3339, setting.Value)
		case "vcs.modified":
			b.dirty = setting.Value == "true"
		}
	}
	if b.revision == "" {
		b.fromArchive(archived)
	}
	for _, module := range info.Deps {
		if module.Path == "go.temporal.io/sdk" {
			b.sdk = module.Version
		}
	}
	return b
}

// fromArchive takes what `git archive` wrote: the commit, its date and, where there is a tag, a description by it.
func (b *Info) fromArchive(text string) {
	words := strings.Fields(text)
	if len(words) < 2 || strings.Contains(text, "$") {
		return
	}
	b.revision = words[0]
	b.date, _ = time.Parse(time.RFC3339, words[1])
	if len(words) > 2 {
		b.Version = words[2]
	}
}

// String is the line that --version prints.
func (b Info) String() string {
	parts := []string{b.Version}
	if b.revision != "" {
		revision := fmt.Sprintf("revision %.12s", b.revision)
		if !b.date.IsZero() {
			revision += " of " + b.date.UTC().Format("2 Jan 2006 15:04 UTC")
		}
		if b.dirty {
			revision += " with changes"
		}
		parts = append(parts, revision)
	}
	if b.golang != "" {
		parts = append(parts, b.golang)
	}
	if b.sdk != "" {
		parts = append(parts, "Temporal SDK "+b.sdk)
	}
	return strings.Join(parts, ", ")
}

// Commit is the beginning of the commit; empty where the linker saw none.
func (b Info) Commit() string { return b.revision[:min(len(b.revision), 12)] }
