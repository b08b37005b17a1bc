package bucket

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync/atomic"

	"longhaul/internal/fault"
)

// identity is the random id that a bucket carries, and what a process has found out about the bucket by it.
type identity struct {
	objects   objects
	exclusive atomic.Bool // the bucket is known to keep an object that is to be written only if absent
}

// idObject is the content of longhaul.json.
type idObject struct {
	ID string `json:"id"`
}

// identityKey is at the root of every bucket.
const identityKey = "longhaul.json"

// ID returns the random id that the bucket carries, and gives the bucket one the first time. Two workers that read different
// ids do not share a bucket. It reads the bucket at every call: a folder may be replaced under a running process. A bucket
// that cannot be used as it is set is a fault of class invalid.
func (i *identity) ID(ctx context.Context) (string, error) {
	var id string
	err := i.objects.within(ctx, startTimeout, reading, identityKey, func(ctx context.Context) (err error) {
		if id, err = i.KnownID(ctx); errors.Is(err, ErrNotExist) {
			if err := i.create(ctx); err != nil {
				return err
			}
			id, err = i.KnownID(ctx)
		}
		if err != nil {
			return err
		}
		return i.proveExclusive(ctx, id)
	})
	if err != nil {
		return "", unusable(err)
	}
	return id, nil
}

func (i *identity) create(ctx context.Context) error {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails: it ends the process instead
	_, err := i.objects.WriteNewJSON(ctx, identityKey, idObject{ID: hex.EncodeToString(random)})
	return err
}

// proveExclusive makes sure, once in a process, that the bucket keeps an object that is to be written only if absent: two
// workers would overwrite each other's results otherwise. It writes the id that is there already, so that a bucket which
// overwrites it loses nothing.
func (i *identity) proveExclusive(ctx context.Context, id string) error {
	if i.exclusive.Load() {
		return nil
	}
	created, err := i.objects.WriteNewJSON(ctx, identityKey, idObject{ID: id})
	switch {
	case err != nil:
		return err
	case created:
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("the bucket %s overwrites an object although it must write it only if it is absent (If-None-Match: *), so two "+
				"workers could lose each other's work; use a store, or a newer version of it, that keeps to that", i.objects.name),
		}
	}
	i.exclusive.Store(true)
	return nil
}

// KnownID is ID for a bucket that was used before, perhaps by another process. A bucket that carries no id any more is away.
func (i *identity) KnownID(ctx context.Context) (string, error) {
	o := i.objects
	var id idObject
	switch err := o.ReadJSON(ctx, identityKey, &id); {
	case errors.Is(err, ErrNotExist):
		return "", o.away(err)
	case o.remote() && (errors.Is(err, ErrMalformed) || err == nil && id.ID == ""):
		return "", o.unexpected(identityKey)
	case err != nil:
		return "", err
	case id.ID == "":
		return "", &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("%s in the bucket %s holds no id; remove it if no other program owns it", identityKey, o.name),
		}
	}
	if o.folder != nil {
		o.folder.id.Store(&id.ID)
	}
	return id.ID, nil
}

// Look finds out whether the bucket can be used as it is set. It leaves no id in a folder that has none: a disk that is not
// mounted yet looks like an empty folder.
func (i *identity) Look(ctx context.Context) error {
	o := i.objects
	if o.folder == nil {
		_, err := i.ID(ctx)
		return err
	}
	_, err := i.KnownID(ctx)
	if err != nil && !errors.Is(err, ErrNotExist) {
		return unusable(err)
	}
	return unusable(o.fault(writing, identityKey, o.folder.tryWrite()))
}
