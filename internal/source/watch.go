package source

import (
	"context"
	"slices"
)

// Watched returns the same sources, which hand each secret that they read to learn before anybody uses it. So the log can mask a
// secret that was rotated, or did not exist yet, when the process began.
func (r *Registry) Watched(learn func(secrets ...string)) *Registry {
	watched := &Registry{sources: make(map[string]Source, len(r.Names()))}
	for _, name := range r.Names() {
		watched.sources[name] = r.sources[name].watched(learn)
	}
	return watched
}

func (s Source) watched(learn func(secrets ...string)) Source {
	one := func(value string) { learn(value) }
	s.Salesforce.ClientSecret = s.Salesforce.ClientSecret.Watched(one)
	s.Salesforce.Password = s.Salesforce.Password.Watched(one)
	s.Salesforce.SecurityToken = s.Salesforce.SecurityToken.Watched(one)
	s.Salesforce.PrivateKey = s.Salesforce.PrivateKey.Watched(one)
	s.Salesforce.Credentials = s.Salesforce.Credentials.Watched(func(text string) {
		if d, err := parseDocument("", []byte(text)); err == nil {
			learn(slices.DeleteFunc([]string{d.ClientSecret, d.PrivateKey}, func(value string) bool { return value == "" })...)
		}
	})
	s.Exports = slices.Clone(s.Exports)
	for i, e := range s.Exports {
		s.Exports[i] = e.watched(one)
	}
	return s
}

// Watched returns the same secret, which hands its value to learn before anybody uses it.
func (s Secret) Watched(learn func(value string)) Secret {
	resolve := s.resolve
	if resolve == nil {
		return s
	}
	s.resolve = func(ctx context.Context) (string, error) {
		value, err := resolve(ctx)
		if err == nil {
			learn(value)
		}
		return value, err
	}
	return s
}
