package compare

import (
	"bytes"
	"maps"
	"regexp"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// ofTime are the fields that change because time goes by and people look at records, or that are about the user who asks.
var ofTime = map[string]bool{"LastRunDate": true, "LastViewedDate": true, "LastReferencedDate": true}

// version is the part of an address that names the version of the API.
var version = regexp.MustCompile(`/services/data/v\d+\.\d+/`)

// sameBut is how far two values are the same.
type sameBut int

const (
	same      sameBut = iota
	byTime            // but for time
	byAPI             // but for the version of the API in addresses
	otherwise         // not the same
)

// field compares two values of a field. One that is absent is null.
func field(name string, a, b jsontext.Value) sameBut {
	switch {
	case equal(a, b):
		return same
	case ofTime[name]:
		return byTime
	case a == nil || b == nil:
		return otherwise
	case equal(version.ReplaceAll(a, []byte("/")), version.ReplaceAll(b, []byte("/"))):
		return byAPI
	default:
		return otherwise
	}
}

// equal says whether two values are the same JSON, however they are written.
func equal(a, b jsontext.Value) bool {
	if a == nil {
		a = jsontext.Value("null")
	}
	if b == nil {
		b = jsontext.Value("null")
	}
	return bytes.Equal(a, b) || bytes.Equal(canonical(a), canonical(b))
}

// canonical writes a value in the one form that it has, with its members sorted.
func canonical(value jsontext.Value) jsontext.Value {
	plain := jsontext.Value(bytes.Clone(value))
	if err := plain.Canonicalize(tolerant...); err != nil {
		return value
	}
	return plain
}

// fields compares all members of two records and gives those that differ.
func fields(a, b map[string]jsontext.Value) (differ map[string]sameBut) {
	differ = map[string]sameBut{}
	names := slices.Collect(maps.Keys(a))
	for name := range b {
		if _, both := a[name]; !both {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if how := field(name, a[name], b[name]); how != same {
			differ[name] = how
		}
	}
	return differ
}
