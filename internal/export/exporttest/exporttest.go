// Package exporttest holds a format to what the rest of Longhaul relies on: what it declares, the files that it writes from an org in
// memory with the records that formats stumble over, and their delivery.
package exporttest

import (
	"testing"

	"longhaul/internal/export"
)

// Place is somewhere that the files of a format are delivered, as a source says it.
type Place struct {
	Section string                                       // the settings as a settings file has them, such as {folder: /srv/reports}
	Secrets map[string]string                            // values by the names of the variables to which env: refers in Section
	Has     func(name string) (content string, has bool) // what lies there under the name of a file
}

// Run tests a format that package formats lists. One that declares settings needs a place to deliver to, in which nothing lies yet.
// A test that calls it must not be parallel: it measures memory.
func Run(t *testing.T, format export.Format, places ...Place) {
	t.Helper()
	t.Run("declares", func(t *testing.T) { testDeclared(t, format) })
	t.Run("writes", func(t *testing.T) { testWritten(t, format) })
	t.Run("starts again", func(t *testing.T) { testAgain(t, format) })
	t.Run("needs constant memory", func(t *testing.T) { testMemory(t, format) })
	switch declares := format.Settings().Section != ""; {
	case declares && len(places) == 0:
		t.Errorf("the format declares the section %s: give Run a place to deliver to", format.Settings().Section)
	case !declares && len(places) > 0:
		t.Errorf("the format declares no section, so nobody can say where its files go")
	}
	for _, place := range places {
		t.Run("delivers", func(t *testing.T) { testDelivered(t, format, place) })
		t.Run("is checked", func(t *testing.T) { testChecked(t, format, place) })
	}
}
