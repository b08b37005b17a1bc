package doctor

import (
	"fmt"
	"regexp"
)

// Label is the identity under which a worker polls Temporal, so that others read its version and a hash of its settings there.
func (w Worker) Label() string {
	switch {
	case w.Version == "": // another program's
		return w.Identity
	case w.Settings == "":
		return fmt.Sprintf("%s (longhaul %s)", w.Identity, w.Version)
	}
	return fmt.Sprintf("%s (longhaul %s, settings %s)", w.Identity, w.Version, w.Settings)
}

var label = regexp.MustCompile(`^(.*) \(longhaul (\S+?)(?:, settings ([0-9a-f]+))?\)$`)

// ParseLabel reads an identity that Label made. Of a worker that another program runs it is the identity alone.
func ParseLabel(identity string) Worker {
	parts := label.FindStringSubmatch(identity)
	if parts == nil {
		return Worker{Identity: identity}
	}
	return Worker{Identity: parts[1], Version: parts[2], Settings: parts[3]}
}
