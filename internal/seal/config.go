// Package seal encrypts what is kept in the bucket but is not for its readers: with a key of a file, or with a key service.
package seal

import (
	"net/url"
	"slices"
	"strings"

	"gocloud.dev/secrets/localsecrets"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// Local is the keeper whose key is in a file or a variable of the process.
const Local = localsecrets.Scheme + "://"

// schemes are the keepers that the programs bring along, in the order in which people read of them.
var schemes = []string{localsecrets.Scheme, "hashivault", "awskms", "gcpkms", "azurekeyvault"}

// Config says which keeper seals and opens. The zero value is none.
type Config struct {
	Keeper   string        // URL of a gocloud.dev/secrets keeper; base64key:// takes its key from Key or File, never from the URL
	Key      source.Secret // 32 bytes in base64, of base64key:// only
	File     string        // in place of Key: the file that the first connect makes, which nobody else may read; its path is absolute
	Previous *Config       // what sealed before; it only opens
}

// IsZero reports that no keeper is set.
func (c Config) IsZero() bool { return c.Keeper == "" }

// CheckURL says what is wrong with the URL of a keeper. The error never repeats the URL, which may hold a key.
func CheckURL(text string) error {
	if scheme, _, _ := strings.Cut(text, ":"); strings.EqualFold(scheme, localsecrets.Scheme) && text != Local {
		return fault.Invalidf("holds more than %s, which may be the key itself, and settings are read by many: "+
			"write %s alone, and put the key into a file or a variable that key refers to (file:PATH or env:NAME)", Local, Local)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Scheme == "":
		return fault.Invalidf("is not the URL of a keeper: write %s, or one that begins with %s", Local, others())
	case !slices.Contains(schemes, u.Scheme):
		return fault.Invalidf("%.20q is not a keeper: use %s, or one that begins with %s", u.Scheme, Local, others())
	case u.User != nil:
		return fault.Invalidf("holds a user in the URL: leave it out, and log in to the key service as its provider's tools do")
	case text != Local && u.Host+u.Path+u.Opaque == "":
		return fault.Invalidf("names no key: write it as %s://NAME", u.Scheme)
	}
	return nil
}

// others lists how the URLs of key services begin.
func others() string {
	var all []string
	for _, scheme := range schemes[1:] {
		all = append(all, scheme+"://")
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}

// plainName is a keeper as people may see it and as it is stored beside what it sealed: its URL without parameters.
func plainName(keeper string) string {
	name, _, _ := strings.Cut(keeper, "?")
	return name
}
