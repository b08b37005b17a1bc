package seal

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// MakeKey makes a key file with a new key, for the owner alone. It leaves a file that is there as it is: of two calls at one time, one makes
// the key, and made says which.
func MakeKey(path string) (made bool, err error) {
	if _, err := os.Lstat(path); err == nil {
		return false, nil
	}
	made, err = makeKey(path)
	if err != nil {
		return false, fault.Invalidf("the key file %s cannot be made (%s): make its folder writable for this user, or set secrets.keeper and secrets.key",
			path, paths.Cause(err))
	}
	return made, nil
}

// makeKey writes a file of another name and links it, so that nobody reads half a key, and nobody replaces one.
func makeKey(path string) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	draft, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // mode 0600
	if err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, os.Remove(draft.Name())) }()
	key := make([]byte, 32)
	_, _ = rand.Read(key) // it never fails
	_, err = draft.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, draft.Sync(), draft.Close()); err != nil {
		return false, err
	}
	err = os.Link(draft.Name(), path)
	switch {
	case err == nil:
		return true, syncDir(filepath.Dir(path))
	case errors.Is(err, fs.ErrExist):
		return false, nil
	}
	return withoutLinks(draft.Name(), path)
}

// withoutLinks is for disks that have no hard links.
func withoutLinks(draft, path string) (made bool, err error) {
	content, err := os.ReadFile(draft)
	if err != nil {
		return false, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return false, errors.Join(err, os.Remove(path)) // else half a key would stand there for good
	}
	return true, nil
}

// syncDir makes the name of a new file last.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return nil //nolint:nilerr // the key is there; not every disk has folders that can be flushed
	}
	_ = folder.Sync()
	return folder.Close()
}
