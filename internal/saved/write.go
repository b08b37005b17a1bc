package saved

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// ReplacedError says that somebody else connected the source in the meantime, and that counts.
type ReplacedError struct{ Source string }

// Error says what to do.
func (e *ReplacedError) Error() string {
	return fmt.Sprintf("somebody else connected source %q in the meantime, and that counts: look whether it is what you want, else connect it again",
		e.Source)
}

// Fault gives the class.
func (e *ReplacedError) Fault() *fault.Error { return fault.Invalidf("%s", e.Error()) }

// LeftError says that a source is saved, and that something older of it, sealed too, could not be removed.
type LeftError struct{ Err error }

// Error says what is left.
func (e *LeftError) Error() string {
	return "the source is saved, and former credentials of it, sealed, could not be removed from the bucket: " + e.Err.Error()
}

// Unwrap gives the reason.
func (e *LeftError) Unwrap() error { return e.Err }

// Propose seals a source as a candidate, which no worker serves, and gives its version.
func (s *Store) Propose(ctx context.Context, d Document, org string) (version string, err error) {
	if err := source.CheckName(d.Source); err != nil {
		return "", err
	}
	if s.keeper == nil {
		return "", errNoKeeper
	}
	last, err := s.Newest(ctx, d.Source)
	if err != nil {
		return "", err
	}
	now := time.Now().UTC()
	o, err := s.seal(ctx, d, Object{Source: d.Source, Saved: now, Org: org})
	if err != nil {
		return "", err
	}
	version = staging.IDAfter(staging.SyncID(now, strings.ToLower(rand.Text()[:8])), last, now) // clocks may differ
	return version, s.store.WriteJSON(ctx, staging.CandidateKey(d.Source, version), o)
}

// seal fills an object with what is sealed.
func (s *Store) seal(ctx context.Context, d Document, o Object) (Object, error) {
	plain, err := json.Marshal(content(d))
	if err != nil {
		return o, fmt.Errorf("encoding the source: %w", err)
	}
	s.learn(d.secrets()...)
	o.Sealed, err = s.keeper.Seal(ctx, plain)
	return o, err
}

// Promote makes a candidate the saved source of its name. Of two at one time the one that was proposed last counts, and the other gets a
// ReplacedError. A NotSavedError says that somebody disconnected the source meanwhile, a LeftError that it is saved all the same.
func (s *Store) Promote(ctx context.Context, name, version string) error {
	copied := s.store.Copy(ctx, staging.CandidateKey(name, version), staging.SavedKey(name, version))
	if copied != nil { // a newer one may have removed the copy before the store confirmed it
		switch newest, err := s.Newest(ctx, name); {
		case err == nil && newest > version:
			return errors.Join(&ReplacedError{name}, s.Withdraw(ctx, name, version))
		case err == nil && newest < version && withdrawn(ctx, s.store, name, version):
			return &NotSavedError{name}
		case err != nil || newest < version:
			return fmt.Errorf("saving source %q: %w", name, copied)
		} // else it was saved, and the answer was lost
	}
	left := errors.Join(s.Withdraw(ctx, name, version), s.settle(ctx, name, version))
	if left == nil || errors.As(left, new(*ReplacedError)) || errors.As(left, new(*NotSavedError)) {
		return left
	}
	return &LeftError{left}
}

// withdrawn says whether a candidate is gone, as after a removal of its source.
func withdrawn(ctx context.Context, in *staging.Store, name, version string) bool {
	there, err := in.Exists(ctx, staging.CandidateKey(name, version))
	return err == nil && !there
}

// settle removes what a new version of a saved source replaces. If a newer one is there, it is the new one that goes.
func (s *Store) settle(ctx context.Context, name, version string) error {
	newest, err := s.Newest(ctx, name)
	switch {
	case err != nil:
		return err
	case newest > version:
		return errors.Join(&ReplacedError{name}, s.store.Delete(ctx, staging.SavedKey(name, version)))
	case newest < version: // somebody disconnected it at the same moment
		return &NotSavedError{name}
	}
	return removeBefore(ctx, s.store, staging.SavedPrefixOf(name), version)
}

// Withdraw removes a candidate.
func (s *Store) Withdraw(ctx context.Context, name, version string) error {
	return s.store.Delete(ctx, staging.CandidateKey(name, version))
}

// Reseal seals all saved sources anew, under the present key, and lists those of which that is done. One that fails keeps no other from it;
// the error names each.
func (s *Store) Reseal(ctx context.Context) (done []string, err error) {
	if s.keeper == nil {
		return nil, errNoKeeper
	}
	newest, err := s.Versions(ctx)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, name := range slices.Sorted(maps.Keys(newest)) {
		switch err := s.reseal(ctx, name); {
		case err == nil:
			done = append(done, name)
		case ctx.Err() != nil:
			return done, errors.Join(append(failed, err)...)
		case !errors.As(err, new(*NotSavedError)) && !errors.As(err, new(*ReplacedError)): // else it needs no more
			failed = append(failed, err)
		}
	}
	return done, errors.Join(failed...)
}

// reseal seals one source anew. The new version comes after the one that it replaces and before any that was connected later.
func (s *Store) reseal(ctx context.Context, name string) error {
	o, version, err := s.Saved(ctx, name)
	if err != nil {
		return err
	}
	d, err := s.open(ctx, o)
	if err != nil {
		return err
	}
	if o, err = s.seal(ctx, d, o); err != nil {
		return fmt.Errorf("source %q: %w", name, err)
	}
	switch now, err := s.Newest(ctx, name); { // a key service may have taken its time, and nobody connects again what was disconnected
	case err != nil:
		return err
	case now == "":
		return &NotSavedError{name}
	}
	next := resealed(version, time.Now())
	written := s.store.WriteJSON(ctx, staging.SavedKey(name, next), o)
	// Whoever disconnects removes what is there, looks again, and removes what was sealed anew. If the former version is still there, that look is
	// to come; else it may be over.
	switch there, err := s.store.Exists(ctx, staging.SavedKey(name, version)); {
	case err != nil:
		return errors.Join(written, err)
	case !there:
		return errors.Join(&NotSavedError{name}, s.store.Delete(ctx, staging.SavedKey(name, next)))
	case written != nil:
		return written
	}
	return s.settle(ctx, name, next)
}

// resealed is the version that follows one whose content is the same. It begins with the version that connect made.
func resealed(version string, now time.Time) string {
	moment, rest, _ := strings.Cut(version, "-")
	run, last, _ := strings.Cut(rest, "-")
	next := now.UTC().Format("20060102T150405.000Z")
	if next <= last { // clocks may differ
		next = last + "1"
	}
	next += strings.ToLower(rand.Text()[:8]) // whoever takes it back takes back no other's
	return moment + "-" + run + "-" + next
}
