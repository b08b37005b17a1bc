package saved

import (
	"context"
	"encoding/json"
	"fmt"

	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Source gives a saved source. Its secrets are read again at every use, so that new credentials count from the next login on.
func (s *Store) Source(ctx context.Context, name string) (source.Source, string, error) {
	version, err := s.newest(ctx, name)
	if err != nil {
		return source.Source{}, "", err
	}
	from, err := s.make(ctx, name, staging.SavedKey(name, version), func(ctx context.Context) (string, error) {
		version, err := s.newest(ctx, name)
		return staging.SavedKey(name, version), err
	})
	return from, version, err
}

// Candidate gives a source that is checked before it is saved.
func (s *Store) Candidate(ctx context.Context, name, version string) (source.Source, error) {
	key := staging.CandidateKey(name, version)
	return s.make(ctx, name, key, func(context.Context) (string, error) { return key, nil })
}

// make makes the source of an object. current gives the key from which its secrets are read at their use.
func (s *Store) make(ctx context.Context, name, key string, current func(context.Context) (string, error)) (from source.Source, err error) {
	o, err := s.object(ctx, key, name)
	if err != nil {
		return from, err
	}
	d, err := s.open(ctx, o)
	if err != nil {
		return from, err
	}
	value := func(pick func(Document) (string, error)) source.Secret {
		return source.Sealed(func(ctx context.Context) (string, error) {
			key, err := current(ctx)
			if err != nil {
				return "", err
			}
			o, err := s.object(ctx, key, name)
			if err != nil {
				return "", err
			}
			d, err := s.open(ctx, o)
			if err != nil {
				return "", err
			}
			return pick(d)
		})
	}
	from = source.Source{Name: name, Salesforce: source.Salesforce{Auth: source.Auth(d.Salesforce.Auth)}}
	from.Salesforce.Credentials = value(func(d Document) (string, error) {
		text, err := json.Marshal(map[string]string{
			"baseUrl": d.Salesforce.BaseURL, "clientId": d.Salesforce.ClientID, "clientSecret": d.Salesforce.ClientSecret,
		})
		return string(text), err
	})
	for i, e := range d.Exports {
		one := source.Export{Name: e.Name, Section: e.Section, Texts: e.Texts, Secrets: map[string]source.Secret{}}
		for setting := range e.Secrets {
			one.Secrets[setting] = value(func(d Document) (string, error) {
				if i >= len(d.Exports) {
					return "", fmt.Errorf("export %s of source %q is not saved any more", e.Name, name)
				}
				return d.Exports[i].Secrets[setting], nil
			})
		}
		from.Exports = append(from.Exports, one)
	}
	if o.Schedule != nil {
		from.Schedule = *o.Schedule
	}
	return from.WithDefaults(), nil
}
