package connect

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/staging"
)

// place is the bucket of the workers, with the key that seals.
type place struct {
	settings config.Config
	file     string // the settings file; empty: there is none
	store    *staging.Store
	keeper   *seal.Keeper // nil: the settings name none
	saved    *saved.Store
}

// openPlace opens what the settings name.
func (p Program) openPlace(ctx context.Context, cmd *cobra.Command, needKey bool) (*place, error) {
	settings, file, err := config.Read(config.Input{Flags: cmd.Flags(), Environment: p.Environ, Dir: p.Dir, NeedStorage: true})
	if err != nil {
		return nil, err
	}
	p.Console.Warn(settings.Warnings)
	at := &place{settings: settings, file: file}
	switch {
	case !settings.Secrets.IsZero():
		if at.keeper, err = seal.New(settings.Secrets); err != nil {
			return nil, err
		}
	case needKey:
		return nil, fault.Invalidf("secrets.keeper is not set, and credentials are sealed by it: set secrets.keeper, and secrets.key where it is %s, as all "+
			"workers have them (LONGHAUL_SECRETS_KEEPER, LONGHAUL_SECRETS_KEY); `%s connect NAME --print` needs neither", seal.Local, p.Name)
	}
	url, err := settings.StorageURL()
	if err != nil {
		return nil, err
	}
	if at.store, err = staging.Open(ctx, url); err != nil {
		return nil, err
	}
	at.saved = saved.New(at.store, at.keeper, nil)
	if _, err := at.store.ID(ctx); err != nil { // a bucket that cannot be used is named before anything is asked
		at.close()
		return nil, err
	}
	return at, nil
}

func (at *place) close() {
	if at.keeper != nil {
		_ = at.keeper.Close()
	}
	_ = at.store.Close()
}

// inSettings says where a source stands in the settings of this process; empty where it does not.
func (at *place) inSettings(name string) string {
	if _, err := at.settings.Sources.Get(name); err != nil {
		return ""
	}
	if at.file == "" {
		return "LONGHAUL_SOURCES_..."
	}
	return at.file
}

// makeKey makes the key file of this machine, unless there is one or something is sealed that it would not open. except is a source that is
// connected again.
func (at *place) makeKey(ctx context.Context, except string) (made bool, err error) {
	path := at.settings.Secrets.File
	if path == "" {
		return false, nil
	}
	if _, err := os.Lstat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	sealed, err := at.saved.Versions(ctx)
	if err != nil {
		return false, err
	}
	delete(sealed, except)
	if len(sealed) > 0 && at.settings.Secrets.Previous == nil {
		names := strings.Join(slices.Sorted(maps.Keys(sealed)), ", ")
		return false, fault.Invalidf("the key file %s is gone, and nothing else opens what is connected (%.300s): bring it back from your backup; if it is "+
			"lost, disconnect these sources, and connect them again", path, names)
	}
	return seal.MakeKey(path)
}

// former opens what is saved of a source; nil where nothing is saved, or where it cannot be opened any more, which why says.
func (at *place) former(ctx context.Context, name string) (d *saved.Document, o saved.Object, why error, err error) {
	o, _, err = at.saved.Saved(ctx, name)
	switch {
	case errors.As(err, new(*saved.NotSavedError)):
		return nil, o, nil, nil
	case fault.Is(err, fault.Invalid): // it is damaged
		return nil, saved.Object{Source: name}, err, nil
	case err != nil:
		return nil, o, nil, err
	}
	opened, err := at.saved.Document(ctx, name)
	switch {
	case fault.Is(err, fault.Invalid):
		return nil, o, err, nil
	case err != nil:
		return nil, o, nil, err
	}
	return &opened, o, nil, nil
}

// inBoth is the error of a name that stands in the settings.
func inBoth(name, where string) error {
	return fault.Invalidf("source %s stands in the settings (%s), and a connected source of that name in the bucket would be a second one: "+
		"connect it under another name, or remove sources.%s from the settings of all workers first", name, where, name)
}
