package bucket

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// folder is the directory of a file bucket. Where the file driver's own way has a gap, folder works on the disk itself. A nil
// folder of a bucket of another kind has nothing to check.
type folder struct {
	place
	dir  string
	mode os.FileMode            // of files
	id   atomic.Pointer[string] // of the bucket, once it was read
}

func (f *folder) path(key string) string { return filepath.Join(f.dir, filepath.FromSlash(key)) }

var errOtherID = errors.New("it carries another id than it did")

// mounted returns an error when the folder is no longer the bucket whose id was read: a disk that loses its mount leaves an
// empty folder behind. What is written there would be missing once the disk is back, and what is missing there is not lost. It
// compares the id and not the file: some disks give a file another number at each mount, or at each question.
func (f *folder) mounted() error {
	if f == nil {
		return nil
	}
	known := f.id.Load()
	if known == nil {
		return nil
	}
	content, err := os.ReadFile(f.path(identityKey))
	if errors.Is(err, fs.ErrNotExist) {
		return f.away(err)
	}
	var now idObject
	if err == nil && (json.Unmarshal(content, &now) != nil || now.ID != *known) {
		return f.away(errOtherID)
	}
	return nil // a write itself reports any other trouble
}

// unlessAway returns err, unless err says that something does not exist and the whole folder is away.
func (f *folder) unlessAway(err error) error {
	if f == nil || !errors.Is(err, ErrNotExist) {
		return err
	}
	return cmp.Or(f.mounted(), err)
}

// tryWrite creates a file in the folder and removes it.
func (f *folder) tryWrite() error {
	file, err := os.CreateTemp(f.dir, identityKey+".*"+temporarySuffix)
	if err != nil {
		return err
	}
	return errors.Join(file.Close(), os.Remove(file.Name()))
}

// withoutLinks serves file systems without hard links: there, the writers of one process exclude each other.
var withoutLinks sync.Mutex

// link moves a temporary file to its final name. It returns ErrExist, and removes the file, when the name is taken.
func (f *folder) link(from, to string) error {
	temporary, final := f.path(from), f.path(to)
	defer func() { _ = os.Remove(temporary) }()
	err := os.Link(temporary, final)
	if err == nil {
		return nil
	}
	if errors.Is(err, fs.ErrExist) {
		return ErrExist
	}
	withoutLinks.Lock()
	defer withoutLinks.Unlock()
	if _, statErr := os.Lstat(final); statErr == nil {
		return ErrExist
	} else if !errors.Is(statErr, fs.ErrNotExist) {
		return statErr
	}
	return os.Rename(temporary, final)
}

// copy gives the file of from a second name, in place of what has that name.
func (f *folder) copy(from, to string) error {
	temporary := f.path(to + "." + nonce() + temporarySuffix)
	if err := os.Link(f.path(from), temporary); err != nil {
		return err
	}
	defer func() { _ = os.Remove(temporary) }() // a rename keeps it where both names are one file already
	return os.Rename(temporary, f.path(to))
}

// list yields what begins with prefix in the order of keys, and reports whether the caller wants more. With shallow it stops at
// the first slash after the prefix. The pages of the file driver can drop keys where one name begins another ("a", "a-b"): it
// walks in the order of names and continues in the order of keys.
func (f *folder) list(ctx context.Context, prefix string, shallow bool, yield func(entry, error) bool) bool {
	parent, _ := path.Split(prefix)
	items, err := os.ReadDir(f.path(parent))
	if err == nil {
		err = ctx.Err()
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err = f.mounted(); err == nil {
			return true
		}
	}
	if err != nil {
		yield(entry{}, f.fault(listing, prefix, err))
		return false
	}
	found := make([]entry, 0, len(items))
	for _, item := range items {
		e := entry{key: parent + item.Name(), folder: item.IsDir()}
		if e.folder {
			e.key += "/"
		}
		if strings.HasPrefix(e.key, prefix) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	for _, e := range found {
		if e.folder && !shallow {
			if !f.list(ctx, e.key, false, yield) {
				return false
			}
			continue
		}
		if !yield(e, nil) {
			return false
		}
	}
	return true
}

// removeEmpty removes the empty folders below a prefix. A folder that somebody wrote into meanwhile stays.
func (f *folder) removeEmpty(prefix string) {
	var folders []string
	_ = filepath.WalkDir(f.path(prefix), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			folders = append(folders, p)
		}
		return nil
	})
	for _, folder := range slices.Backward(folders) {
		_ = os.Remove(folder)
	}
}
