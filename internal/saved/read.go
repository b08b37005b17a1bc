package saved

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// NotSavedError says that a source is not saved, or not any more.
type NotSavedError struct{ Source string }

// Error says what to do.
func (e *NotSavedError) Error() string {
	return fmt.Sprintf("source %q is not connected: connect it", e.Source)
}

// Fault gives the class.
func (e *NotSavedError) Fault() *fault.Error { return fault.Invalidf("%s", e.Error()) }

var errNoKeeper = fault.Invalidf("secrets.keeper is not set, so this process can neither seal nor open the sources that were connected: set " +
	"secrets.keeper, and its key, as all workers have them")

// looks is how often a saved source is looked for that is replaced while it is read.
const looks = 5

// Saved gives the version of a saved source that counts, still sealed.
func (s *Store) Saved(ctx context.Context, name string) (o Object, version string, err error) {
	for range looks {
		if version, err = s.Newest(ctx, name); err != nil {
			return o, "", err
		}
		if version == "" {
			return o, "", &NotSavedError{name}
		}
		o, err = s.Read(ctx, staging.SavedKey(name, version), name)
		if !errors.As(err, new(*NotSavedError)) {
			return o, version, err
		}
	}
	return o, "", err
}

// Read reads a version of a saved source or a candidate by its key, still sealed. One that is gone is a NotSavedError.
func (s *Store) Read(ctx context.Context, key, name string) (o Object, err error) {
	err = s.store.ReadJSON(ctx, key, &o)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return o, &NotSavedError{name}
	case errors.Is(err, staging.ErrMalformed):
		return o, fault.Invalidf("%s in the bucket is damaged, so source %q cannot be opened: connect it again", key, name)
	case err != nil:
		return o, fmt.Errorf("reading what is saved of source %q: %w", name, err)
	case o.Source != name:
		return o, fault.Invalidf("%s in the bucket holds the source %.60q in place of %q: connect %s again", key, o.Source, name, name)
	}
	return o, nil
}

// open opens what is sealed. What was sealed for another source is refused, whatever the object around it says.
func (s *Store) open(ctx context.Context, o Object) (d Document, err error) {
	if s.keeper == nil {
		return d, errNoKeeper
	}
	plain, err := s.keeper.Open(ctx, o.Sealed)
	if err != nil {
		return d, fmt.Errorf("source %q: %w", o.Source, err)
	}
	if err := json.Unmarshal(plain, (*content)(&d)); err != nil || d.Source != o.Source {
		return Document{}, fault.Invalidf("what is saved of source %q was sealed for another source: connect %s again", o.Source, o.Source)
	}
	s.learn(d.secrets()...)
	return d, nil
}

// Document opens what is saved of a source.
func (s *Store) Document(ctx context.Context, name string) (Document, error) {
	o, _, err := s.Saved(ctx, name)
	if err != nil {
		return Document{}, err
	}
	return s.open(ctx, o)
}
