package seal

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"

	"longhaul/internal/fault"
)

// Sealed is an encrypted text, with what a person needs to find the key. The text is encrypted with a key of its own, and that by the
// keeper: key services encrypt 190 bytes to 4 kB at most.
type Sealed struct {
	Keeper  string `json:"keeper"`        // the URL of the keeper, without parameters
	Key     string `json:"key,omitempty"` // the fingerprint of a key of base64key://
	DataKey []byte `json:"data_key"`      // the text's own key, as the keeper encrypted it
	Data    []byte `json:"data"`          // the text by AES-256-GCM, behind a nonce
}

// wrapper encrypts keys.
type wrapper interface {
	// wrap encrypts a key. fingerprint is of the key that did it; empty where the keeper knows its keys itself.
	wrap(ctx context.Context, key []byte) (wrapped []byte, fingerprint string, err error)
	unwrap(ctx context.Context, from Sealed) ([]byte, error)
	// made reports whether the keeper, as it is now, sealed this.
	made(ctx context.Context, s Sealed) bool
	name() string
	close() error
}

// Keeper seals with one key, and opens with that key or the previous one. It is safe for concurrent use. It reads a key of a file again at
// each use, so that the first connect may make it while workers run.
type Keeper struct {
	wrapper
	previous wrapper // nil: there is none
}

// New makes the keeper of a configuration that is not zero. It contacts nobody and reads no key.
func New(from Config) (*Keeper, error) {
	current, err := newWrapper(from)
	if err != nil {
		return nil, fmt.Errorf("secrets.keeper: %w", err)
	}
	k := &Keeper{wrapper: current}
	if from.Previous != nil {
		if k.previous, err = newWrapper(*from.Previous); err != nil {
			return nil, fmt.Errorf("secrets.previous.keeper: %w", err)
		}
	}
	return k, nil
}

func newWrapper(from Config) (wrapper, error) {
	if err := CheckURL(from.Keeper); err != nil {
		return nil, err
	}
	if from.Keeper == Local {
		return &local{key: from.Key, file: from.File}, nil
	}
	return &service{url: from.Keeper}, nil
}

// Name is the keeper as people may see it.
func (k *Keeper) Name() string { return k.name() }

// Mistakes says what is wrong with the keys that this process itself reads. A key service is not asked, and a key file that the first
// connect makes may be missing.
func (k *Keeper) Mistakes(ctx context.Context) (all []error) {
	for _, by := range []wrapper{k.wrapper, k.previous} {
		mine, ok := by.(*local)
		if !ok {
			continue
		}
		if _, _, err := mine.read(ctx); err != nil && !errors.As(err, new(*NoKeyError)) {
			all = append(all, err)
		}
	}
	return all
}

const dataKeySize = 32

// Seal encrypts a text.
func (k *Keeper) Seal(ctx context.Context, plain []byte) (Sealed, error) {
	key := make([]byte, dataKeySize)
	_, _ = rand.Read(key) // it never fails
	wrapped, fingerprint, err := k.wrap(ctx, key)
	if err != nil {
		return Sealed{}, err
	}
	box, err := newBox(key)
	if err != nil {
		return Sealed{}, err
	}
	return Sealed{Keeper: k.name(), Key: fingerprint, DataKey: wrapped, Data: box.Seal(nil, nil, plain, nil)}, nil
}

// Open decrypts what Seal made, with this key or the previous one.
func (k *Keeper) Open(ctx context.Context, s Sealed) ([]byte, error) {
	if s.Keeper == "" {
		return nil, altered()
	}
	first, second := k.wrapper, k.previous
	if second != nil && !first.made(ctx, s) && second.made(ctx, s) {
		first, second = second, first
	}
	plain, err := open(ctx, first, s)
	if err == nil || second == nil {
		return plain, err
	}
	if plain, other := open(ctx, second, s); other == nil {
		return plain, nil
	}
	return nil, err
}

func open(ctx context.Context, by wrapper, s Sealed) ([]byte, error) {
	key, err := by.unwrap(ctx, s)
	if err != nil {
		return nil, unlessAltered(err)
	}
	box, err := newBox(key)
	if err != nil {
		return nil, altered()
	}
	plain, err := box.Open(nil, nil, s.Data, nil)
	if err != nil {
		return nil, altered()
	}
	return plain, nil
}

func newBox(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// KeyError says that this process lacks the key of what is sealed. Another process may have it.
type KeyError struct{ error }

// Unwrap gives the reason.
func (e *KeyError) Unwrap() error { return e.error }

// unlessAltered marks what the key of this process, or its way to one, cannot open.
func unlessAltered(err error) error {
	if errors.Is(err, errAltered) || !fault.Is(err, fault.Invalid) {
		return err
	}
	return &KeyError{err}
}

var errAltered = fault.Invalidf("what is sealed was changed or cut in the bucket, and no key opens it any more: connect the source again")

func altered() error { return errAltered }

// Current reports whether a text is sealed as the keeper would seal it now.
func (k *Keeper) Current(ctx context.Context, s Sealed) bool { return k.made(ctx, s) }

// Close closes the connections to key services.
func (k *Keeper) Close() error {
	err := k.close()
	if k.previous != nil {
		err = errors.Join(err, k.previous.close())
	}
	return err
}
