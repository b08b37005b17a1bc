package saved

import (
	"context"
	"fmt"
	"maps"

	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Source gives a saved source with its version. Its secrets are read again at every use, so that new credentials count from the next login on.
func (s *Store) Source(ctx context.Context, name string) (from source.Source, version string, err error) {
	o, version, err := s.Saved(ctx, name)
	if err != nil {
		return from, "", err
	}
	from, err = s.make(ctx, o, func(ctx context.Context) (Object, error) {
		o, _, err := s.Saved(ctx, name)
		return o, err
	})
	return from, version, err
}

// Candidate gives a source that is checked before it is saved.
func (s *Store) Candidate(ctx context.Context, name, version string) (source.Source, error) {
	again := func(ctx context.Context) (Object, error) {
		return s.Read(ctx, staging.CandidateKey(name, version), name)
	}
	o, err := again(ctx)
	if _, gone := err.(*NotSavedError); gone { //nolint:errorlint // it is Read's own
		return source.Source{}, fault.Invalidf("the bucket %s lacks the credentials of %s that are to be checked: connect has ended meanwhile, "+
			"somebody has disconnected the source, or connect has another storage than this worker, which must be the same", s.store.Name(), name)
	}
	if err != nil {
		return source.Source{}, err
	}
	return s.make(ctx, o, again)
}

// make makes the source of an object. again gives the object from which its secrets are read at their use.
func (s *Store) make(ctx context.Context, o Object, again func(context.Context) (Object, error)) (from source.Source, err error) {
	d, err := s.open(ctx, o)
	if err != nil {
		return from, err
	}
	value := func(pick func(Document) (string, error)) source.Secret {
		return source.Sealed(func(ctx context.Context) (string, error) {
			o, err := again(ctx)
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
	from = source.Source{Name: o.Source, Salesforce: source.Salesforce{Auth: source.Auth(d.Salesforce.Auth)}}
	from.Salesforce.Credentials = value(func(now Document) (string, error) {
		if now.Salesforce.Auth != d.Salesforce.Auth { // whoever uses the source logs in by the former way
			return "", anew(d.Source, "it was in use, with another way to log in")
		}
		return now.Salesforce.Document().Text()
	})
	for _, e := range d.Exports {
		one := source.Export{Name: e.Name, Section: e.Section, Texts: e.Texts, Secrets: map[string]source.Secret{}}
		for setting := range e.Secrets {
			one.Secrets[setting] = value(func(d Document) (string, error) { return d.secret(e, setting) })
		}
		from.Exports = append(from.Exports, one)
	}
	return from.WithDefaults(), nil
}

// secret is that of an export, whose settings may have changed since the source was made.
func (d Document) secret(before Export, setting string) (string, error) {
	for _, e := range d.Exports {
		switch value := e.Secrets[setting]; {
		case e.Name != before.Name || value == "":
		case !maps.Equal(e.Texts, before.Texts): // a new token goes neither to the former address nor beside the former identifier
			return "", anew(d.Source, "export "+e.Name+" was in use")
		default:
			return value, nil
		}
	}
	return "", fault.Invalidf("source %q has no %s of export %s any more: connect it again with one", d.Source, setting, before.Name)
}

// anew ends a step that uses a source as it was before it was connected anew.
func anew(name, used string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Longhaul,
		Message: fmt.Sprintf("source %q was connected anew while %s: the next attempt uses the new settings", name, used),
	}
}
