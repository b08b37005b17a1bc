package paths

import (
	"os"
	"path/filepath"
)

// Within reports whether an absolute path is a folder or is in it, however the two are written: links are followed, as far as the
// paths exist, and a folder with two names is one folder.
func Within(path, folder string) bool {
	path, folder = followed(path), followed(folder)
	for {
		if path == folder || sameFolder(path, folder) {
			return true
		}
		parent := filepath.Dir(path)
		if parent == path {
			return false
		}
		path = parent
	}
}

// followed returns a path without links. The part that does not exist yet will be where the part before it leads.
func followed(path string) string {
	rest := ""
	for at := filepath.Clean(path); ; {
		if real, err := filepath.EvalSymlinks(at); err == nil {
			return filepath.Join(real, rest)
		}
		parent := filepath.Dir(at)
		if parent == at {
			return filepath.Clean(path)
		}
		at, rest = parent, filepath.Join(filepath.Base(at), rest)
	}
}

func sameFolder(a, b string) bool {
	first, err := os.Stat(a)
	if err != nil {
		return false
	}
	second, err := os.Stat(b)
	return err == nil && os.SameFile(first, second)
}
