// Package seal encrypts what is kept in the bucket but is not for its readers: with a key of a file, or with a key service.
package seal

import (
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"

	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"
	"gocloud.dev/secrets/localsecrets"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// Config says which keeper seals and opens. The zero value is none.
type Config struct {
	Keeper   string        // URL of a gocloud.dev/secrets keeper; base64key:// takes its key from Key, never from the URL
	Key      source.Secret // 32 bytes in base64, of base64key:// only
	Previous *Config       // what sealed before; it only opens
}

// IsZero reports that no keeper is set.
func (c Config) IsZero() bool { return c.Keeper == "" }

// Sealed is an encrypted text, with what a person needs to find the key.
type Sealed struct {
	Keeper string `json:"keeper"`        // the URL of the keeper
	Key    string `json:"key,omitempty"` // the fingerprint of a key of base64key://
	Data   []byte `json:"data"`
}

// Keeper seals with one key, and opens with that key or the previous one.
type Keeper struct {
	keeper   *secrets.Keeper
	name     string // the URL
	key      string // its fingerprint
	previous *Keeper
}

// Open opens the keeper of a configuration. It contacts nobody.
func Open(ctx context.Context, from Config) (*Keeper, error) {
	k := &Keeper{name: from.Keeper}
	u, err := url.Parse(from.Keeper)
	if err != nil {
		return nil, fault.Invalidf("secrets.keeper is not the URL of a keeper")
	}
	if u.Scheme == localsecrets.Scheme {
		if k.keeper, k.key, err = localKeeper(ctx, from.Key); err != nil {
			return nil, err
		}
	} else if k.keeper, err = secrets.OpenKeeper(ctx, from.Keeper); err != nil {
		return nil, &fault.Error{Class: fault.Invalid, System: fault.Longhaul, Message: "secrets.keeper cannot be used: " + err.Error(), Err: err}
	}
	if from.Previous != nil {
		if k.previous, err = Open(ctx, *from.Previous); err != nil {
			return nil, fmt.Errorf("secrets.previous: %w", err)
		}
	}
	return k, nil
}

func localKeeper(ctx context.Context, key source.Secret) (keeper *secrets.Keeper, fingerprint string, err error) {
	text, err := key.Resolve(ctx)
	if err != nil {
		return nil, "", fmt.Errorf("the key of secrets.keeper: %w", err)
	}
	raw, err := localsecrets.Base64KeyStd(text)
	if err != nil {
		return nil, "", fault.Invalidf("the key of secrets.keeper (%s) is not 32 bytes in base64", key)
	}
	sum := sha256.Sum256(append([]byte("longhaul key fingerprint "), raw[:]...))
	return localsecrets.NewKeeper(raw), fmt.Sprintf("%x", sum[:4]), nil
}

// Seal encrypts a text.
func (k *Keeper) Seal(ctx context.Context, plain []byte) (Sealed, error) {
	data, err := k.keeper.Encrypt(ctx, plain)
	if err != nil {
		return Sealed{}, k.explain("seal", err)
	}
	return Sealed{Keeper: k.name, Key: k.key, Data: data}, nil
}

// Open decrypts what Seal made, with this key or the previous one.
func (k *Keeper) Open(ctx context.Context, s Sealed) ([]byte, error) {
	if k.previous != nil && (s.Keeper != k.name || s.Key != k.key) {
		return k.previous.Open(ctx, s)
	}
	plain, err := k.keeper.Decrypt(ctx, s.Data)
	if err != nil {
		return nil, k.explain("open", err)
	}
	return plain, nil
}

// Close closes the connection to a key service.
func (k *Keeper) Close() error {
	if k.previous != nil {
		_ = k.previous.Close()
	}
	return k.keeper.Close()
}

// explain says what to change.
func (k *Keeper) explain(what string, err error) error {
	class, message := fault.Invalid, "the keeper "+k.name+" cannot "+what+" the source: check secrets.keeper and its key"
	if gcerrors.Code(err) != gcerrors.InvalidArgument && gcerrors.Code(err) != gcerrors.PermissionDenied && k.key == "" {
		class, message = fault.Transient, "the keeper "+k.name+" does not answer"
	}
	return &fault.Error{Class: class, System: fault.Longhaul, Message: message, Err: err}
}
