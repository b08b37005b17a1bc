package staging

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"gocloud.dev/blob"
)

// List gives the keys that begin with prefix, in byte order.
func (s *Store) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range s.entries(ctx, prefix, "") {
			if err == nil && strings.HasSuffix(e.key, temporarySuffix) {
				continue
			}
			if !yield(e.key, err) || err != nil {
				return
			}
		}
	}
}

// Folders gives the names directly below prefix that have something below them, in byte order: the ids of the syncs
// below SyncsPrefix.
func (s *Store) Folders(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		seen := map[string]bool{} // some servers name the folders on each page of a list
		for e, err := range s.entries(ctx, prefix, "/") {
			if err == nil && (!e.folder || seen[e.key]) {
				continue
			}
			seen[e.key] = true
			if !yield(strings.TrimSuffix(strings.TrimPrefix(e.key, prefix), "/"), err) || err != nil {
				return
			}
		}
	}
}

// DeleteAll removes every key that begins with prefix and says how many there were.
func (s *Store) DeleteAll(ctx context.Context, prefix string) (n int, err error) {
	for e, err := range s.entries(ctx, prefix, "") {
		if err != nil {
			return n, err
		}
		if err := s.erase(ctx, e.key); err != nil {
			return n, err
		}
		n++
	}
	if s.dir != "" && strings.HasSuffix(prefix, "/") {
		s.removeEmptyFolders(prefix)
	}
	return n, nil
}

// entry is a key, or with a delimiter a folder.
type entry struct {
	key    string
	folder bool
}

func (s *Store) entries(ctx context.Context, prefix, delimiter string) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		if err := checkPrefix(prefix); err != nil {
			yield(entry{}, err)
			return
		}
		if s.dir != "" {
			// The file driver's pages can drop keys where one name begins another ("a", "a-b"): it walks in the
			// order of names and continues in the order of keys.
			s.walk(ctx, prefix, delimiter != "", yield)
			return
		}
		n := 0
		it := s.bucket.List(&blob.ListOptions{Prefix: prefix, Delimiter: delimiter})
		for {
			var object *blob.ListObject
			err := s.ask(ctx, listing, prefix, func(ctx context.Context) (err error) {
				object, err = it.Next(ctx)
				return atEnd(err)
			})
			if err != nil {
				yield(entry{}, err)
				return
			}
			if object == nil {
				if err := s.confirmEnd(ctx, prefix, n); err != nil {
					yield(entry{}, err)
				}
				return
			}
			if n++; !yield(entry{key: object.Key, folder: object.IsDir}, nil) {
				return
			}
		}
	}
}

// atEnd gives err unless it is the end of what is read.
func atEnd(err error) error {
	if isEnd(err) {
		return nil
	}
	return err
}

// isEnd says whether an error is io.EOF itself. A connection that breaks off is an error with io.EOF in its chain: what would have
// come after it is not known.
func isEnd(err error) bool { return err == io.EOF } //nolint:errorlint // the chain is what misleads

// page is how many keys a store gives at once.
const page = 1000

// confirmEnd looks whether the store answers at all when a list is empty, or ends with a whole page: the driver of S3 reads whatever
// somebody else says with status 200 as a list of nothing, with nothing to follow, and that of Google whatever is JSON. What a
// bucket always holds shows it. A list of Azure has to be one.
func (s *Store) confirmEnd(ctx context.Context, prefix string, n int) error {
	if s.kind != "s3" && s.kind != "gs" || n%page != 0 {
		return nil
	}
	_, err := s.KnownID(ctx)
	if err != nil && !errors.Is(err, ErrNotExist) {
		return fmt.Errorf("list %q: %w", prefix, err)
	}
	return nil
}

// walk lists a file bucket in the order of keys; shallow stops at the first slash after the prefix.
func (s *Store) walk(ctx context.Context, prefix string, shallow bool, yield func(entry, error) bool) bool {
	folder, _ := path.Split(prefix)
	items, err := os.ReadDir(s.path(folder))
	if err == nil {
		err = ctx.Err()
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err = s.here(); err == nil {
			return true
		}
	}
	if err != nil {
		yield(entry{}, s.fault(listing, prefix, err))
		return false
	}
	found := make([]entry, 0, len(items))
	for _, item := range items {
		e := entry{key: folder + item.Name(), folder: item.IsDir()}
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
			if !s.walk(ctx, e.key, false, yield) {
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

// removeEmptyFolders takes away what DeleteAll emptied; a folder that got something meanwhile stays.
func (s *Store) removeEmptyFolders(prefix string) {
	var folders []string
	_ = filepath.WalkDir(s.path(prefix), func(p string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			folders = append(folders, p)
		}
		return nil
	})
	for _, folder := range slices.Backward(folders) {
		_ = os.Remove(folder)
	}
}
