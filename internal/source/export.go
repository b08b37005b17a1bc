package source

import (
	"context"
	"maps"
	"slices"

	"longhaul/internal/fault"
)

// DefaultExport is the export of a source whose settings name none.
const DefaultExport = "castor"

// Export is one form in which a source's files are made, with the settings that it declares for itself.
type Export struct {
	Name    string
	Section string            // the section of its settings; empty where the source has none: the files stay in the bucket
	Texts   map[string]string // by setting; paths are absolute
	Secrets map[string]Secret
}

// Export returns the export of a name; nil where the source has none of that name.
func (s Source) Export(name string) *Export {
	i := slices.IndexFunc(s.Exports, func(e Export) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Exports[i]
}

// ExportSecret reads a secret of an export again.
func (s Source) ExportSecret(ctx context.Context, export, setting string) (string, error) {
	e := s.Export(export)
	if e == nil || e.Section == "" {
		return "", fault.Invalidf("source %q has no settings for export %s, so there is no %s: add them, or sync with upload off", s.Name, export, setting)
	}
	var value string
	err := s.fill(ctx, &value, e.Section+"."+setting, e.Secrets[setting], Key, true)
	return value, err
}

// ExportSecrets reads all secrets of all exports again and returns what is wrong with them.
func (s Source) ExportSecrets(ctx context.Context) (problems []error) {
	for _, e := range s.Exports {
		for _, setting := range slices.Sorted(maps.Keys(e.Secrets)) {
			if _, err := s.ExportSecret(ctx, e.Name, setting); err != nil {
				problems = append(problems, err)
			}
		}
	}
	return problems
}

// watched returns the same export, which hands each secret that it reads to learn.
func (e Export) watched(learn func(value string)) Export {
	secrets := make(map[string]Secret, len(e.Secrets))
	for setting, secret := range e.Secrets {
		secrets[setting] = secret.Watched(learn)
	}
	e.Secrets = secrets
	return e
}
