package saved

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// ConnectedError says that somebody connected a source while it was removed, and that counts.
type ConnectedError struct{ Source string }

// Error says what to do.
func (e *ConnectedError) Error() string {
	return fmt.Sprintf("somebody connected source %q at the same moment, and that counts: it is connected, and the former credentials are removed; "+
		"disconnect it again if it is not to be", e.Source)
}

// Fault gives the class.
func (e *ConnectedError) Fault() *fault.Error { return fault.Invalidf("%s", e.Error()) }

// Remove removes a saved source with its credentials, and its candidates. It is no error if there is none. The newest version goes last: a
// removal that is cut short leaves no older one to count. What somebody seals anew meanwhile goes too. A ConnectedError says that somebody
// connected the source meanwhile.
func (s *Store) Remove(ctx context.Context, name string) error {
	candidates, err := keys(ctx, s.store, staging.CandidatesPrefixOf(name))
	if err == nil {
		err = removeKeys(ctx, s.store, candidates)
	}
	return errors.Join(err, removeSaved(ctx, s.store, name))
}

func removeSaved(ctx context.Context, in *staging.Store, name string) error {
	gone := map[string]bool{}
	for look := range looks {
		all, err := keys(ctx, in, staging.SavedPrefixOf(name))
		if err != nil {
			return err
		}
		own := slices.DeleteFunc(slices.Clone(all), func(key string) bool { return look > 0 && !gone[connection(key)] })
		if len(own) == 0 && len(all) > 0 {
			return &ConnectedError{name}
		}
		if len(own) == 0 {
			return nil
		}
		if err := removeKeys(ctx, in, own); err != nil {
			return err
		}
		for _, key := range own {
			gone[connection(key)] = true
		}
	}
	return &ConnectedError{name}
}

// connection is the beginning of a saved key that stays when it is sealed anew.
func connection(key string) string {
	_, version, ok := staging.ParseSaved(key)
	if !ok {
		return key
	}
	moment, rest, _ := strings.Cut(version, "-")
	run, _, _ := strings.Cut(rest, "-")
	return moment + "-" + run
}

// keys lists what lies below a prefix, in order.
func keys(ctx context.Context, in *staging.Store, prefix string) (all []string, err error) {
	for key, err := range in.List(ctx, prefix) {
		if err != nil {
			return nil, fmt.Errorf("listing %s: %w", prefix, err)
		}
		all = append(all, key)
	}
	slices.Sort(all)
	return all, nil
}

func removeKeys(ctx context.Context, in *staging.Store, keys []string) error {
	for _, key := range keys {
		if err := in.Delete(ctx, key); err != nil {
			return err
		}
	}
	return nil
}
