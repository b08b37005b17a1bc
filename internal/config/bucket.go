package config

import (
	"net/url"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

// relative is the host of a file URL whose path is a relative one, as in file://./bucket.
const relative = "."

// locatedBucket makes the folder of a checked bucket URL absolute; every other URL stays as it is.
func locatedBucket(dir, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "file" || u.Host != relative {
		return raw, nil //nolint:nilerr // it was checked before, with its line
	}
	folder, err := paths.Absolute(dir, relative+u.Path)
	if err != nil {
		return "", Mistakes{{What: "storage " + sentence(err)}}
	}
	located := FileURL(folder)
	if u.RawQuery != "" {
		located += "?" + u.RawQuery
	}
	return located, nil
}

// checkFolder finds what is wrong with the path in a file URL.
func checkFolder(u *url.URL) error {
	switch path := strings.Trim(u.Path, "/"); {
	case u.Host == "~" || strings.HasPrefix(path, "~/") || path == "~":
		return fault.Invalidf("begins with ~, which only a shell replaces: write the whole path, as in file:///var/lib/longhaul")
	case strings.HasPrefix(u.Host, "$") || strings.HasPrefix(path, "$"):
		return fault.Invalidf("begins with $, which only a shell replaces: write the whole path, as in file:///var/lib/longhaul")
	case u.Host != "" && u.Host != relative && u.Host != "localhost":
		return fault.Invalidf("names the machine %.60q: a folder on this machine is written with three slashes, file:///its/path, "+
			"one beside the settings file as file://./its/path", u.Host)
	case path == "" && u.Host != relative:
		return fault.Invalidf("names no folder: write one such as file:///var/lib/longhaul")
	default:
		return paths.Check("/" + path)
	}
}
