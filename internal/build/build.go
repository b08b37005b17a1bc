// Package build says what a binary knows about its own build.
package build

import (
	"fmt"
	"runtime/debug"
	"strings"
)

// Info is what a binary knows about its own build.
type Info struct {
	Version  string
	revision string
	dirty    bool
	golang   string
	sdk      string // of Temporal
}

// Read reads what the linker left.
func Read(info *debug.BuildInfo, ok bool) Info {
	b := Info{Version: "devel"}
	if !ok {
		return b
	}
	b.golang = info.GoVersion
	if info.Main.Version != "" {
		b.Version = strings.Trim(info.Main.Version, "()")
	}
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			b.revision = setting.Value
		case "vcs.modified":
			b.dirty = setting.Value == "true"
		}
	}
	for _, module := range info.Deps {
		if module.Path == "go.temporal.io/sdk" {
			b.sdk = module.Version
		}
	}
	return b
}

// String is the line that --version prints.
func (b Info) String() string {
	parts := []string{b.Version}
	if b.revision != "" {
		revision := fmt.Sprintf("revision %.12s", b.revision)
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
