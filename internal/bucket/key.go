package bucket

import (
	"strings"
)

// checkKey admits only characters that every bucket and every disk keeps as they are, so that no driver escapes them and no
// key leaves its folder.
func checkKey(key string) error {
	if key == "" || strings.HasSuffix(key, "/") || strings.HasSuffix(key, temporarySuffix) || strings.HasSuffix(key, ".attrs") {
		return invalid("%q cannot be the key of an object", key)
	}
	return checkPrefix(key)
}

func checkPrefix(prefix string) error {
	for i := range len(prefix) {
		if !isPlain(prefix[i]) {
			return invalid("%q cannot be the key of an object: it holds %q", prefix, prefix[i])
		}
	}
	rest := strings.TrimSuffix(prefix, "/")
	if prefix == "" {
		return nil
	}
	for segment := range strings.SplitSeq(rest, "/") {
		if segment == "" || segment == "." || segment == ".." {
			return invalid("%q cannot be the key of an object: it has an empty or dotted part", prefix)
		}
	}
	return nil
}

func isPlain(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return strings.IndexByte("/._-+=@", c) >= 0
}
