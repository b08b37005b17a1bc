package castor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"

	"longhaul/internal/account"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
	"longhaul/internal/staging"
)

// What lies in an output folder beside the files.
const (
	incomingDir  = "incoming"
	accountFile  = "account.jsonl"
	manifestFile = "manifest.json"
	pendingFile  = "pending.json" // the manifest of a set that is being put in place
)

// Deliver puts the files of a finished sync into a folder, its account and its manifest into .longhaul in it, and
// removes the set that an earlier delivery left.
//
// The names in the folder begin with the time of the sync, or with a later one where files of others lie there that would
// pass for newer; LastPlaced tells.
//
// The new set is copied into .longhaul/incoming first and checked there. From then on the folder's own list of what is
// to come says which files are ours: whenever the process is killed, either the old or the new set is whole, and the
// next delivery clears up. The summary comes last. Files that are not ours stay; Foreign names them.
func Deliver(ctx context.Context, store *staging.Store, sync staging.Sync, out string) error {
	d, err := newDelivery(ctx, store, sync, out)
	if err != nil {
		return err
	}
	for _, step := range d.steps() {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Foreign names the files in an output folder that no delivery has put there, sorted.
func Foreign(out string) ([]string, error) {
	items, err := os.ReadDir(out)
	if err != nil {
		return nil, unwritable(out, err)
	}
	ours := owned(filepath.Join(out, paths.StateDir))
	var foreign []string
	for _, item := range items {
		if item.Name() != paths.StateDir && !slices.Contains(ours, item.Name()) {
			foreign = append(foreign, item.Name())
		}
	}
	return foreign, nil
}

// delivery is one set on its way into a folder.
type delivery struct {
	store    *staging.Store
	sync     staging.Sync
	doc      account.Document
	out      string
	state    string
	incoming string
	old      []string          // files of earlier sets
	inBucket map[string]string // what files of another name here are called in the bucket
}

func newDelivery(ctx context.Context, store *staging.Store, sync staging.Sync, out string) (*delivery, error) {
	d := &delivery{store: store, sync: sync, out: out, state: filepath.Join(out, paths.StateDir), inBucket: map[string]string{}}
	d.incoming = filepath.Join(d.state, incomingDir)
	if err := store.ReadJSON(ctx, sync.Manifest(), &d.doc); err != nil {
		return nil, fmt.Errorf("deliver the extract: %w", staging.Gone(err))
	}
	return d, d.renameSet()
}

// steps are what a delivery does, in order.
func (d *delivery) steps() []func(context.Context) error {
	return []func(context.Context) error{d.open, d.fetch, d.announce, d.place, d.clear, d.close}
}

// open prepares the folder.
func (d *delivery) open(context.Context) error {
	for _, f := range d.doc.Files[Name] {
		if !fileName.MatchString(f.Name) {
			return wrong("the manifest of sync %s names a file %q, which is none of an extract", d.sync.ID, f.Name)
		}
	}
	if err := os.RemoveAll(d.incoming); err != nil {
		return unwritable(d.out, err)
	}
	if err := os.MkdirAll(d.out, 0o777); err != nil { // the user's umask decides, as for castor's files
		return unwritable(d.out, err)
	}
	if err := os.MkdirAll(d.incoming, 0o700); err != nil {
		return unwritable(d.out, err)
	}
	return nil
}

// announce notes which files are ours, from now on the new ones too.
func (d *delivery) announce(context.Context) error {
	d.old = owned(d.state)
	names := d.doc
	names.Files = map[string][]account.File{Name: slices.Clip(d.doc.Files[Name])}
	for _, name := range d.old { // of a delivery that was cut short as well
		if !slices.ContainsFunc(names.Files[Name], func(f account.File) bool { return f.Name == name }) {
			names.Files[Name] = append(names.Files[Name], account.File{Name: name})
		}
	}
	content, err := json.Marshal(names)
	if err != nil {
		return fmt.Errorf("list the files to come: %w", err)
	}
	if err := writeSynced(filepath.Join(d.incoming, pendingFile), content); err != nil {
		return unwritable(d.out, err)
	}
	return d.rename(pendingFile, filepath.Join(d.state, pendingFile))
}

// place moves the files in, the summary last.
func (d *delivery) place(ctx context.Context) error {
	names := make([]string, 0, len(d.doc.Files[Name]))
	for _, f := range d.doc.Files[Name] {
		names = append(names, f.Name)
	}
	isSummary := func(name string) int {
		if name == FileName(d.doc.Timestamp, Summary) {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(names, func(a, b string) int { return isSummary(a) - isSummary(b) })
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("deliver the extract: %w", err)
		}
		if err := d.rename(name, filepath.Join(d.out, name)); err != nil {
			return err
		}
	}
	return d.flushFolder(d.out)
}

// clear removes the earlier set.
func (d *delivery) clear(context.Context) error {
	for _, name := range d.old {
		if slices.ContainsFunc(d.doc.Files[Name], func(f account.File) bool { return f.Name == name }) {
			continue
		}
		if err := os.Remove(filepath.Join(d.out, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(d.out, err)
		}
	}
	return nil
}

// close puts the account beside the new set and ends the announcement.
func (d *delivery) close(context.Context) error {
	for _, name := range []string{accountFile, manifestFile} {
		if err := d.rename(name, filepath.Join(d.state, name)); err != nil {
			return err
		}
	}
	if err := d.flushFolder(d.state); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(d.state, pendingFile)); err != nil {
		return unwritable(d.out, err)
	}
	if err := os.RemoveAll(d.incoming); err != nil {
		return unwritable(d.out, err)
	}
	return nil
}

func (d *delivery) rename(name, to string) error {
	if err := os.Rename(filepath.Join(d.incoming, name), to); err != nil {
		return unwritable(d.out, err)
	}
	return nil
}

// flushFolder makes renames in a folder survive a loss of power. Windows flushes no folder: there the file system's own log does it.
func (d *delivery) flushFolder(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(path) // the folder the user named
	if err != nil {
		return unwritable(d.out, err)
	}
	err = errors.Join(folder.Sync(), folder.Close())
	if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return unwritable(d.out, err)
	}
	return nil
}

// fileName is what the files of an extract are called; nothing else is written into a folder or removed from it.
var fileName = regexp.MustCompile(`^[0-9]{1,19}-[a-z_]{1,40}\.json$`)

// owned lists the files that earlier deliveries put into the folder around state, or had begun to. A list that cannot
// be read owns nothing: its files are left as if they were another's.
func owned(state string) []string {
	var names []string
	for _, list := range []string{manifestFile, pendingFile} {
		doc, ok := readList(filepath.Join(state, list))
		if !ok {
			continue
		}
		for _, f := range doc.Files[Name] {
			if fileName.MatchString(f.Name) && !slices.Contains(names, f.Name) {
				names = append(names, f.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// unwritable is the error for an output folder that does not take the files.
func unwritable(out string, err error) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Longhaul, Err: err,
		Message: fmt.Sprintf("the output folder %s cannot be written; give the user that runs Longhaul write access and room on the disk, "+
			"or choose another folder", out),
	}
}
