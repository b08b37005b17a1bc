package source

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/spelling"
)

// Registry holds the sources in the settings of a process. It is immutable; the zero value is empty.
type Registry struct {
	sources map[string]Source
}

// NewRegistry registers sources under their names, each with its defaults filled in.
func NewRegistry(sources ...Source) (*Registry, error) {
	r := &Registry{sources: make(map[string]Source, len(sources))}
	for _, s := range sources {
		if err := CheckName(s.Name); err != nil {
			return nil, err
		}
		if _, twice := r.sources[s.Name]; twice {
			return nil, fault.Invalidf("source %q is configured twice: give one of them another name", s.Name)
		}
		r.sources[s.Name] = s.WithDefaults()
	}
	return r, nil
}

// Names lists the sources in order.
func (r *Registry) Names() []string {
	if r == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(r.sources))
}

// Get returns a source; the error for an unknown name lists the known ones, and names the one that may be meant.
func (r *Registry) Get(name string) (Source, error) {
	if r != nil {
		if s, ok := r.sources[name]; ok {
			return s, nil
		}
	}
	known := "this worker knows: " + strings.Join(r.Names(), ", ")
	if len(r.Names()) == 0 {
		known = "this worker knows none"
	}
	if near := spelling.Nearest(name, r.Names()); near != "" {
		known += "; did you mean " + near + "?"
	}
	return Source{}, &UnknownError{fmt.Sprintf("source %.60q is not configured; %s", name, known)}
}

// UnknownError says that there is no source of a name, and which there are.
type UnknownError struct{ words string }

// Error gives the sentence.
func (e *UnknownError) Error() string { return e.words }

// Fault gives the class.
func (e *UnknownError) Fault() *fault.Error { return fault.Invalidf("%s", e.words) }
