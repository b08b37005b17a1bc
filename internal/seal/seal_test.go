package seal_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/seal"
	"longhaul/internal/source"
)

const secret = "a-client-secret-that-nobody-may-read"

// key is a key of one letter, in base64.
func key(letter string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32)))
}

func local(letter string) seal.Config {
	return seal.Config{Keeper: seal.Local, Key: source.Held(key(letter))}
}

func keeper(t *testing.T, from seal.Config) *seal.Keeper {
	t.Helper()
	k, err := seal.New(from)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = k.Close() })
	return k
}

func sealed(t *testing.T, by *seal.Keeper) seal.Sealed {
	t.Helper()
	s, err := by.Seal(t.Context(), []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// says makes sure that an error has a class and these words, and no key.
func says(t *testing.T, err error, class fault.Class, words ...string) {
	t.Helper()
	f := fault.From(err)
	if f == nil || f.Class != class {
		t.Errorf("got %v, want class %s", err, class)
		return
	}
	for _, part := range words {
		if !strings.Contains(fault.Sentence(err), part) {
			t.Errorf("%q is not in: %s", part, fault.Sentence(err))
		}
	}
	if strings.Contains(err.Error(), key("a")) || strings.Contains(err.Error(), secret) {
		t.Errorf("a secret is shown: %v", err)
	}
}

func TestKeeper_opensWhatItSealed(t *testing.T) {
	t.Parallel()
	k := keeper(t, local("a"))
	one, two := sealed(t, k), sealed(t, k)
	if bytes.Contains(one.Data, []byte(secret)) || bytes.Equal(one.Data, two.Data) || bytes.Equal(one.DataKey, two.DataKey) {
		t.Error("the text is not encrypted anew each time")
	}
	plain, err := k.Open(t.Context(), one)
	if err != nil || string(plain) != secret {
		t.Errorf("got %q, %v", plain, err)
	}
	if !k.Current(t.Context(), one) || keeper(t, local("b")).Current(t.Context(), one) {
		t.Error("it is not known which key sealed")
	}
}

func TestKeeper_saysWhyItCannotOpen(t *testing.T) {
	t.Parallel()
	one := sealed(t, keeper(t, local("a")))
	flipped := one
	flipped.Data = bytes.Clone(one.Data)
	flipped.Data[len(flipped.Data)-1] ^= 1
	cut := one
	cut.DataKey = one.DataKey[:8]
	other := one
	other.Keeper = "awskms://alias/longhaul"
	missing := filepath.Join(t.TempDir(), "none")
	unset, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:NO_KEY")
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		from seal.Config
		of   seal.Sealed
		says []string
	}{
		"another key":         {local("b"), one, []string{"sealed with the key " + one.Key, "secrets.previous"}},
		"changed":             {local("a"), flipped, []string{"was changed or cut in the bucket"}},
		"cut":                 {local("a"), cut, []string{"was changed or cut in the bucket"}},
		"another keeper":      {local("a"), other, []string{"sealed by awskms://alias/longhaul", "base64key://"}},
		"no key is named":     {seal.Config{Keeper: seal.Local}, one, []string{"no key is named", "openssl rand -base64 32"}},
		"a short key":         {seal.Config{Keeper: seal.Local, Key: source.Held("c2hvcnQ=")}, one, []string{"is not 32 bytes in base64"}},
		"no base64":           {seal.Config{Keeper: seal.Local, Key: source.Held("!")}, one, []string{"is not 32 bytes in base64"}},
		"the file is missing": {seal.Config{Keeper: seal.Local, File: missing}, one, []string{missing, "does not exist", "bring it back"}},
		"a variable that is not set": {
			seal.Config{Keeper: seal.Local, Key: unset}, one, []string{"the environment variable NO_KEY is not set"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := keeper(t, row.from).Open(t.Context(), row.of)
			says(t, err, fault.Invalid, row.says...)
		})
	}
}

func TestKeeper_previousOpensAndDoesNotSeal(t *testing.T) {
	t.Parallel()
	old := sealed(t, keeper(t, local("a")))
	from := local("b")
	before := local("a")
	from.Previous = &before
	k := keeper(t, from)
	if plain, err := k.Open(t.Context(), old); err != nil || string(plain) != secret {
		t.Errorf("got %q, %v", plain, err)
	}
	now := sealed(t, k)
	if now.Key == old.Key || k.Current(t.Context(), old) || !k.Current(t.Context(), now) {
		t.Errorf("sealed with %s, formerly %s", now.Key, old.Key)
	}
	if _, err := keeper(t, local("b")).Open(t.Context(), now); err != nil {
		t.Error(err)
	}
	third := sealed(t, keeper(t, local("c")))
	_, err := k.Open(t.Context(), third)
	says(t, err, fault.Invalid, "sealed with the key "+third.Key, "this process has the key "+now.Key)
	if !errors.As(err, new(*seal.KeyError)) {
		t.Errorf("another process may have that key, and %#v does not say so", err)
	}
	third.Key, third.Data = now.Key, now.Data
	if _, err := k.Open(t.Context(), third); err == nil || errors.As(err, new(*seal.KeyError)) {
		t.Errorf("no process opens what was altered, and the error is %v", err)
	}
}

func TestCheckURL_neverRepeatsAKey(t *testing.T) {
	t.Parallel()
	for url, words := range map[string]string{
		"base64key://" + key("a"):      "which may be the key itself",
		"BASE64KEY://" + key("a"):      "which may be the key itself",
		"base64key:" + key("a"):        "which may be the key itself",
		key("a"):                       "is not the URL of a keeper",
		"":                             "is not the URL of a keeper",
		"vault://x":                    `"vault" is not a keeper: use base64key://, or one that begins with hashivault://`,
		"awskms://me:" + secret + "@x": "holds a user in the URL",
		"hashivault://":                "names no key",
	} {
		err := seal.CheckURL(url)
		says(t, err, fault.Invalid, words)
		if _, err := seal.New(seal.Config{Keeper: url}); err == nil || strings.Contains(err.Error(), key("a")) {
			t.Errorf("%v", err)
		}
	}
	for _, url := range []string{
		seal.Local, "hashivault://longhaul", "awskms:///arn:aws:kms:eu-west-1:1:key/x?region=eu-west-1", "gcpkms://projects/p/x",
	} {
		if err := seal.CheckURL(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestMakeKey_isForItsOwnerAloneAndMadeOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "below", "data.key")
	k := keeper(t, seal.Config{Keeper: seal.Local, File: path})
	if _, err := k.Seal(t.Context(), nil); !errors.As(err, new(*seal.NoKeyError)) {
		t.Errorf("without a key: %v", err)
	}
	var all sync.WaitGroup
	made := make(chan bool, 8)
	for range cap(made) {
		all.Go(func() {
			one, err := seal.MakeKey(path)
			if err != nil {
				t.Error(err)
			}
			made <- one
		})
	}
	all.Wait()
	close(made)
	n := 0
	for one := range made {
		if one {
			n++
		}
	}
	files, err := os.ReadDir(filepath.Dir(path))
	if err != nil || n != 1 || len(files) != 1 {
		t.Errorf("%d made a key, there are %v, %v", n, files, err)
	}
	s := sealed(t, k) // by the same keeper that had no key
	if again, err := seal.MakeKey(path); again || err != nil {
		t.Errorf("made again: %v, %v", again, err)
	}
	if _, err := k.Open(t.Context(), s); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	_, err = k.Open(t.Context(), s)
	says(t, err, fault.Invalid, "may be read by others (mode 0640)", "chmod 600 "+path)
}

func TestMakeKey_saysWhereItCannot(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := seal.MakeKey(filepath.Join(file, "data.key"))
	says(t, err, fault.Invalid, "cannot be made (not a directory)")
}
