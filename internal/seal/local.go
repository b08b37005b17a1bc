package seal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"

	"gocloud.dev/secrets/localsecrets"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// NoKeyError says that the key file of this machine is not there.
type NoKeyError struct{ File string }

// Error says what makes the file.
func (e *NoKeyError) Error() string {
	return fmt.Sprintf("the key file %s does not exist: the first connect on this machine makes it; if sources were connected already, "+
		"bring it back, as nothing else opens them", e.File)
}

// Fault gives the class.
func (e *NoKeyError) Fault() *fault.Error { return fault.Invalidf("%s", e.Error()) }

// local is the keeper of base64key://.
type local struct {
	key  source.Secret
	file string // in place of key; see Config.File
}

func (*local) name() string { return Local }

func (*local) close() error { return nil }

// where names the key for people.
func (l *local) where() string {
	if l.file != "" {
		return "file:" + l.file
	}
	return l.key.String()
}

// read reads the key again.
func (l *local) read(ctx context.Context) (key [32]byte, fingerprint string, err error) {
	secret := l.key
	if l.file != "" {
		if secret, err = ownFile(l.file); err != nil {
			return key, "", err
		}
	}
	if secret.IsZero() {
		return key, "", fault.Invalidf("secrets.keeper is %s and no key is named: set secrets.key to file:PATH or env:NAME, where 32 random bytes in "+
			"base64 are (openssl rand -base64 32 makes them)", Local)
	}
	text, err := secret.Resolve(ctx)
	if err != nil {
		return key, "", fmt.Errorf("the key of secrets.keeper cannot be used, as %w", err)
	}
	if key, err = localsecrets.Base64KeyStd(text); err != nil {
		return key, "", fault.Invalidf("the key of secrets.keeper (%s) is not 32 bytes in base64: bring the right file or value back, or make "+
			"a new one by openssl rand -base64 32 where nothing is sealed yet", l.where())
	}
	return key, fingerprintOf(key), nil
}

// fingerprintOf tells keys apart and says nothing of them.
func fingerprintOf(key [32]byte) string {
	sum := sha256.Sum256(append([]byte("longhaul key fingerprint "), key[:]...))
	return fmt.Sprintf("%x", sum[:4])
}

// ownFile is the key in a file that nobody else may read.
func ownFile(path string) (source.Secret, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return source.Secret{}, &NoKeyError{path}
	case err == nil && info.Mode().Perm()&0o077 != 0 && runtime.GOOS != "windows":
		return source.Secret{}, fault.Invalidf("the key file %s may be read by others (mode %04o), so it protects nothing: run chmod 600 %s as its owner",
			path, info.Mode().Perm(), path)
	}
	return source.References{}.Parse("file:" + path) // the error of a Stat that fails otherwise comes again, with its sentence
}

func (l *local) wrap(ctx context.Context, plain []byte) (wrapped []byte, fingerprint string, err error) {
	key, fingerprint, err := l.read(ctx)
	if err != nil {
		return nil, "", err
	}
	keeper := localsecrets.NewKeeper(key)
	defer func() { _ = keeper.Close() }()
	wrapped, err = keeper.Encrypt(ctx, plain)
	return wrapped, fingerprint, err
}

func (l *local) made(ctx context.Context, s Sealed) bool {
	_, fingerprint, err := l.read(ctx)
	return err == nil && s.Keeper == Local && s.Key == fingerprint
}

func (l *local) unwrap(ctx context.Context, s Sealed) ([]byte, error) {
	key, fingerprint, err := l.read(ctx)
	switch {
	case err != nil:
		return nil, err
	case s.Keeper != Local:
		return nil, sealedBy(s, Local)
	case s.Key != fingerprint:
		return nil, fault.Invalidf("it was sealed with the key %.8s, and this process has the key %s (%s): give it the key %.8s, or name that under "+
			"secrets.previous; if it is lost, connect the source again", s.Key, fingerprint, l.where(), s.Key)
	}
	keeper := localsecrets.NewKeeper(key)
	defer func() { _ = keeper.Close() }()
	plain, err := keeper.Decrypt(ctx, s.DataKey)
	if err != nil {
		return nil, altered()
	}
	return plain, nil
}

// sealedBy is the error of a text that another keeper has sealed.
func sealedBy(s Sealed, mine string) error {
	return fault.Invalidf("it was sealed by %.100s, and secrets.keeper of this process is %s: set secrets.keeper as it was, or name the former "+
		"one under secrets.previous; if its key is lost, connect the source again", s.Keeper, mine)
}
