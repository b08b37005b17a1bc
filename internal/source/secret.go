package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/paths"
	"longhaul/internal/plaintext"
)

// maxSecretSize is the most bytes that the file of a secret may have.
const maxSecretSize = 64 << 10

const (
	envScheme  = "env:"
	fileScheme = "file:"
	heldText   = "[held in memory]"
	sealedText = "[sealed in the bucket]"
)

// Secret refers to a secret value: it is a reference that is read again at every use, or a value that is held in memory.
// Printing, logging or encoding a Secret shows only the reference.
type Secret struct {
	reference string
	resolve   func(context.Context) (string, error)
	raw       func(context.Context) ([]byte, error) // what resolve reads before it is cleaned; nil of a value that is held in memory
}

// References turns references into secrets.
type References struct {
	Dir    string                           // where relative file paths start: the folder of the settings file
	Lookup func(name string) (string, bool) // the environment; os.LookupEnv when nil
}

var validEnv = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// Parse parses env:NAME or file:PATH. Its error never repeats the text, which may be the secret itself.
func (r References) Parse(text string) (Secret, error) {
	switch {
	case strings.HasPrefix(text, envScheme):
		return r.env(text)
	case strings.HasPrefix(text, fileScheme):
		return r.file(text)
	default:
		return Secret{}, fault.Invalidf("holds the secret itself, which anybody who sees the settings could read: " +
			"put it in an environment variable or in a file and write env:NAME or file:PATH")
	}
}

func (r References) env(reference string) (Secret, error) {
	name := strings.TrimPrefix(reference, envScheme)
	if !validEnv.MatchString(name) {
		return Secret{}, fault.Invalidf("env: must be followed by the name of an environment variable (letters, digits and _)")
	}
	lookup := r.Lookup
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return read(reference, func(context.Context) ([]byte, error) {
		value, ok := lookup(name)
		if !ok {
			return nil, fault.Invalidf("the environment variable %s is not set: set it for this process, or change the reference env:%s", name, name)
		}
		return []byte(value), nil
	}), nil
}

// read is the secret of what a function reads, cleaned of what an editor or a shell put around it.
func read(reference string, raw func(context.Context) ([]byte, error)) Secret {
	return Secret{reference: reference, raw: raw, resolve: func(ctx context.Context) (string, error) {
		data, err := raw(ctx)
		if err != nil {
			return "", err
		}
		return plaintext.Value(data), nil
	}}
}

func (r References) file(reference string) (Secret, error) {
	path := strings.TrimPrefix(reference, fileScheme)
	if path == "" {
		return Secret{}, fault.Invalidf("file: must be followed by the path of a file")
	}
	if rest, slashed := strings.CutPrefix(path, "//"); slashed { // file:///run/x means the same as file:/run/x
		if !filepath.IsAbs(rest) {
			return Secret{}, fault.Invalidf("file:// must be followed by a whole path, as in file:///run/secrets/x; " +
				"one that starts at the settings file is written file:x")
		}
		path = rest
	}
	path, err := r.located(path)
	if err != nil {
		return Secret{}, fault.Invalidf("the path after file: %s", fault.Sentence(err))
	}
	return read(fileScheme+path, func(ctx context.Context) ([]byte, error) { return readBounded(ctx, path) }), nil
}

// located makes a path absolute; without a folder to start from, it only checks the form.
func (r References) located(path string) (string, error) {
	if r.Dir == "" {
		return path, paths.Check(path)
	}
	return paths.Absolute(r.Dir, path)
}

// Held returns the secret of a value that cannot be read again, such as that of a flag.
func Held(value string) Secret {
	value = plaintext.Line(value)
	return Secret{reference: heldText, resolve: func(context.Context) (string, error) { return value, nil }}
}

// Given returns the secret of a value that came from a place, which sentences name.
func Given(place, value string) Secret {
	return Secret{reference: place, resolve: func(context.Context) (string, error) { return value, nil }}
}

// Sealed returns the secret that a function reads and opens, again at every use.
func Sealed(open func(context.Context) (string, error)) Secret {
	return Secret{reference: sealedText, resolve: open}
}

// IsHeld reports that the value is held in memory, and stands in no settings.
func (s Secret) IsHeld() bool { return s.reference == heldText }

// IsZero reports that there is no secret at all; an empty value that is held in memory is a secret.
func (s Secret) IsZero() bool { return s.resolve == nil }

// Resolve reads the secret again, so that a rotated one is found.
func (s Secret) Resolve(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", fmt.Errorf("reading a secret: %w", err)
	}
	if s.resolve == nil {
		return "", fault.Invalidf("the secret is not set: write env:NAME or file:PATH")
	}
	return s.resolve(ctx)
}

// String returns the reference, never the value.
func (s Secret) String() string { return s.reference }

// Format prints the reference whatever the verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.reference) }

// MarshalText returns the reference for JSON, YAML and other encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.reference), nil }

// LogValue returns the reference for slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.reference) }

// Equal compares the references or, of secrets held in memory, the values.
func (s Secret) Equal(other Secret) bool {
	if s.reference != other.reference || s.IsZero() != other.IsZero() {
		return false
	}
	if s.reference != heldText {
		return true
	}
	mine, _ := s.resolve(context.Background())
	theirs, _ := other.resolve(context.Background())
	return mine == theirs
}

// readWithin bounds the reading of a file that holds a few bytes: a mount may be dead, and a pipe have nobody who writes.
const readWithin = 5 * time.Second

// readBounded waits for a file that many may read at one time no longer than it should.
func readBounded(ctx context.Context, path string) ([]byte, error) {
	bounded, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	data, err := hang.Ask(bounded, "the secret file "+path, func() ([]byte, error) { return readCapped(path) })
	if silent, ok := errors.AsType[*hang.Error](err); ok {
		return nil, unanswered(path, silent)
	}
	return data, err
}

// unanswered is the fault of a file that hangs. Its sentence is the same however long that lasts, so that a log that has it once says no more.
func unanswered(path string, silent *hang.Error) error {
	within := &hang.Error{After: min(silent.After, readWithin)}
	return &fault.Error{
		Class: fault.Transient, System: fault.Longhaul, Err: silent,
		Message: fmt.Sprintf("the secret file %s %s, so the disk or the mount hangs, or it is a pipe into which nobody writes: "+
			"bring the disk back (df shows whether it answers), or put the secret into a plain file", path, within),
	}
}

func readCapped(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxSecretSize+1))
	if err != nil {
		return nil, unreadable(path, err)
	}
	if len(data) > maxSecretSize {
		return nil, fault.Invalidf("the secret file %s is larger than %d kB: it must hold the secret alone", path, maxSecretSize>>10)
	}
	return data, nil
}

func unreadable(path string, err error) error {
	reason := "it cannot be read: " + cause(err).Error()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		reason = "it does not exist"
	case errors.Is(err, fs.ErrPermission):
		reason = "this process may not read it"
	}
	return fault.Invalidf("the secret file %s is of no use (%s): check the path after file: and the file's owner and mode", path, reason)
}

// cause removes the path from a file error: the sentence around it names the path already.
func cause(err error) error {
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}
