package saved

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/seal"
	"longhaul/internal/staging"
)

// Store holds the saved sources of a bucket. It is safe for concurrent use.
type Store struct {
	store  *staging.Store
	keeper *seal.Keeper // nil: the process has no key, and can list and remove only
}

// New makes a Store. Without a keeper it lists and removes sources, and opens none.
func New(store *staging.Store, keeper *seal.Keeper) *Store { return &Store{store, keeper} }

// Versions gives the newest version of each saved source, by one listing. Whoever looks again sees by it what is new, changed or gone.
func (s *Store) Versions(ctx context.Context) (map[string]string, error) {
	newest := map[string]string{}
	for key, err := range s.store.List(ctx, staging.SavedPrefix) {
		if err != nil {
			return nil, fmt.Errorf("listing the saved sources: %w", err)
		}
		if source, version, ok := staging.ParseSaved(key); ok {
			newest[source] = max(newest[source], version)
		}
	}
	return newest, nil
}

// Propose seals a source as a candidate, which no worker serves, and gives its version.
func (s *Store) Propose(ctx context.Context, d Document, org string) (version string, err error) {
	if s.keeper == nil {
		return "", errNoKeeper
	}
	plain, err := json.Marshal(d)
	if err != nil {
		return "", fmt.Errorf("encoding the source: %w", err)
	}
	sealed, err := s.keeper.Seal(ctx, plain)
	if err != nil {
		return "", err
	}
	now := time.Now().UTC()
	version = staging.SyncID(now, strings.ToLower(rand.Text()[:8]))
	object := Object{Source: d.Source, Saved: now, Org: org, Sealed: sealed}
	return version, s.store.WriteJSON(ctx, staging.CandidateKey(d.Source, version), object)
}

// Promote makes a candidate the saved source of its name. Older versions are removed.
func (s *Store) Promote(ctx context.Context, source, version string) error {
	if err := s.store.Copy(ctx, staging.CandidateKey(source, version), staging.SavedKey(source, version)); err != nil {
		return fmt.Errorf("saving source %q: %w", source, err)
	}
	if err := s.Withdraw(ctx, source, version); err != nil {
		return err
	}
	return s.remove(ctx, source, version)
}

// Withdraw removes a candidate.
func (s *Store) Withdraw(ctx context.Context, source, version string) error {
	return s.store.Delete(ctx, staging.CandidateKey(source, version))
}

// Remove removes a saved source with its credentials. It is no error if there is none.
func (s *Store) Remove(ctx context.Context, source string) error { return s.remove(ctx, source, "") }

// remove removes the versions of a source before one; all, where that is empty.
func (s *Store) remove(ctx context.Context, source, before string) error {
	var old []string
	for key, err := range s.store.List(ctx, staging.SavedPrefixOf(source)) {
		if err != nil {
			return fmt.Errorf("listing what is saved of source %q: %w", source, err)
		}
		if _, version, ok := staging.ParseSaved(key); ok && (before == "" || version < before) {
			old = append(old, key)
		}
	}
	for _, key := range slices.Backward(old) {
		if err := s.store.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}

var errNoKeeper = fault.Invalidf("secrets.keeper is not set, so this process can neither seal nor open a source: " +
	"set secrets.keeper as the workers have it")

// newest is the version of a saved source that counts; empty where none is saved.
func (s *Store) newest(ctx context.Context, source string) (version string, err error) {
	for key, err := range s.store.List(ctx, staging.SavedPrefixOf(source)) {
		if err != nil {
			return "", fmt.Errorf("listing what is saved of source %q: %w", source, err)
		}
		if _, v, ok := staging.ParseSaved(key); ok {
			version = max(version, v)
		}
	}
	return version, nil
}

// object reads a saved source or a candidate, still sealed.
func (s *Store) object(ctx context.Context, key, source string) (o Object, err error) {
	err = s.store.ReadJSON(ctx, key, &o)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return o, fault.Invalidf("source %q is not saved any more: connect it again", source)
	case err != nil:
		return o, fmt.Errorf("reading what is saved of source %q: %w", source, err)
	case o.Source != source:
		return o, fault.Invalidf("%s holds the source %.60q in place of %q: connect it again", key, o.Source, source)
	}
	return o, nil
}

// open opens what is sealed.
func (s *Store) open(ctx context.Context, o Object) (d Document, err error) {
	if s.keeper == nil {
		return d, errNoKeeper
	}
	plain, err := s.keeper.Open(ctx, o.Sealed)
	if err != nil {
		return d, fmt.Errorf("source %q: %w", o.Source, err)
	}
	if err := json.Unmarshal(plain, &d); err != nil || d.Source != o.Source {
		return Document{}, fault.Invalidf("what is saved of source %q was sealed for another source: connect it again", o.Source)
	}
	return d, nil
}
