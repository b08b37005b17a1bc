// Package formats lists the formats that the exports of a source may have.
package formats

import (
	"slices"
	"strings"

	"longhaul/internal/export"
	"longhaul/internal/export/castor"
	"longhaul/internal/export/csv"
	"longhaul/internal/fault"
)

// all are the formats, one line each.
var all = []export.Format{
	castor.Format{},
	csv.Format{},
}

// Register adds a format that a program or a test brings along. It must be called from an init function: settings and hosts read
// the list without a lock.
func Register(format export.Format) { all = append(all, format) }

// All lists the formats.
func All() []export.Format { return slices.Clone(all) }

// Names lists the names of the formats.
func Names() []string {
	names := make([]string, 0, len(all))
	for _, format := range all {
		names = append(names, format.Name())
	}
	return names
}

// Find returns the format of a name. The error for an unknown name lists the known ones.
func Find(name string) (export.Format, error) {
	for _, format := range all {
		if format.Name() == name {
			return format, nil
		}
	}
	return nil, fault.Invalidf("%.40q is not an export; known here: %s", name, strings.Join(Names(), ", "))
}
