// Package paths makes the paths that people write absolute, once, where they are read, and explains those that cannot be used.
package paths

import (
	"path/filepath"
	"strings"
	"unicode"

	"longhaul/internal/fault"
)

// Absolute returns the absolute form of a path. A relative path starts at dir, which is empty if the working directory is gone.
// The error is a sentence about the path that does not name it.
func Absolute(dir, path string) (string, error) {
	if err := Check(path); err != nil {
		return "", err
	}
	if filepath.IsAbs(path) {
		return walked(path), nil
	}
	if !filepath.IsAbs(dir) {
		return "", fault.Invalidf("is a relative path, and the working directory is gone: change to one that exists, or write the whole path")
	}
	// Not filepath.Join, which would remove the ".." that walked must see.
	return walked(dir + string(filepath.Separator) + path), nil
}

// Check returns an error for a text that cannot be meant as a path.
func Check(path string) error {
	switch {
	case path == "":
		return fault.Invalidf("is empty: write a path, such as ./out")
	case path == "~" || strings.HasPrefix(path, "~/"):
		return fault.Invalidf("begins with ~, which only a shell replaces: write the whole path, or ./~ for a folder of that name")
	case strings.HasPrefix(path, "$"):
		return fault.Invalidf("begins with $, which only a shell replaces: write the whole path, or ./$ for a folder of that name")
	case strings.ContainsFunc(path, unicode.IsControl):
		return fault.Invalidf("holds a line break or another control character: write the path again")
	}
	return nil
}

// walked cleans an absolute path as the system walks it: after a link, ".." leads to the parent of the link's target, while
// filepath.Clean would only remove the name of the link.
func walked(path string) string {
	volume := filepath.VolumeName(path)
	at := volume + string(filepath.Separator)
	for _, name := range strings.Split(filepath.ToSlash(path[len(volume):]), "/") {
		if name != ".." {
			at = filepath.Join(at, name)
			continue
		}
		if real, err := filepath.EvalSymlinks(at); err == nil {
			at = real
		}
		at = filepath.Dir(at)
	}
	return at
}
