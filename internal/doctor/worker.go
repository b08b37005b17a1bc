package doctor

import (
	"fmt"
	"regexp"
	"strings"
	"time"
)

// Memory is how long a worker counts as there after its last poll, which lasts a minute. Temporal lists it for longer, and does not say when
// one stops.
const Memory = 90 * time.Second

// longestSources bounds what the sources take in a label, in bytes: each workflow task of a history repeats it.
const longestSources = 120

// Label is the identity under which a worker polls Temporal, so that others read its version, a hash of its settings and its sources there.
func (w Worker) Label() string {
	if w.Version == "" { // another program's
		return w.Identity
	}
	about := "longhaul " + w.Version
	if w.Settings != "" {
		about += ", settings " + w.Settings
	}
	sources := ""
	for _, name := range w.Sources {
		if len(sources)+len(name) < longestSources {
			sources += " " + name
		}
	}
	if sources != "" {
		about += ", sources" + sources
	}
	return fmt.Sprintf("%s (%s)", w.Identity, about)
}

var label = regexp.MustCompile(`^(.*) \(longhaul ([^\s,]+)(?:, settings ([0-9a-f]+))?(?:, sources ([a-z0-9 -]+))?\)$`)

// ParseLabel reads an identity that Label made. Of a worker that another program runs it is the identity alone.
func ParseLabel(identity string) Worker {
	parts := label.FindStringSubmatch(identity)
	if parts == nil {
		return Worker{Identity: identity}
	}
	w := Worker{Identity: parts[1], Version: parts[2], Settings: parts[3]}
	if parts[4] != "" {
		w.Sources = strings.Fields(parts[4])
	}
	return w
}
