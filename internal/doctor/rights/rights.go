// Package rights asks what the credentials of the bucket allow, by trying each right on an object of its own.
package rights

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/staging"
)

// Store is the bucket.
type Store interface {
	Name() string
	Folder() string // that the bucket is; empty of one that is reached over a network
	RightTo(right staging.Right) string
	Refused(err error) staging.Refusal
	ReadsToDelete() bool

	TryWrite(ctx context.Context, key string, content []byte, ifAbsent bool) (created bool, err error)
	Read(ctx context.Context, key string) ([]byte, error)
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
	Delete(ctx context.Context, key string) error
}

const (
	noSync = "no sync can begin"

	// common is the place of every check until it is known that objects can be removed. Where they cannot, no check leaves more than
	// this one object.
	common = "place"

	cleanWithin = 3 * time.Second
)

// Check tries the five rights. Afterwards the places where it tried them are empty, unless the credentials may not delete.
func Check(ctx context.Context, store Store) []doctor.Finding {
	t := &trial{store: answering(store), content: []byte("a check of Longhaul; it may be removed\n")}
	t.at(common)
	// Writing and deleting come first, as the others need an object that can be removed. A person reads the rows in another order.
	write := t.write(ctx)
	remove := t.remove(ctx)
	if remove.Status == doctor.Pass { // other checks may use the common place at this moment
		t.at(random())
		_, err := t.store.TryWrite(ctx, t.key, t.content, false)
		t.written = err == nil
		defer t.clean(ctx)
	}
	list, read, absent := t.list(ctx), t.read(ctx), t.writeIfAbsent(ctx)
	if remove.Status == doctor.Fail && read.Status == doctor.Fail && store.ReadsToDelete() {
		remove = t.untold()
	}
	return []doctor.Finding{list, read, write, absent, remove}
}

func random() string {
	id := make([]byte, 8)
	_, _ = rand.Read(id) // never fails: it ends the process instead
	return hex.EncodeToString(id)
}

// trial is one look at the rights.
type trial struct {
	store   Store
	key     string
	content []byte
	written bool
	silent  bool // the store did not answer a request; it is not asked again
}

func (t *trial) at(id string) {
	t.key = staging.CheckKey(id)
}

// left names what a check could not remove.
func (t *trial) left() string { return fmt.Sprintf("the check has left its object %s there", t.key) }

func (t *trial) row(id, title string) doctor.Finding {
	return doctor.Finding{ID: "bucket." + id, Title: title, Where: "storage"}
}

// skip says why a question is not asked.
func (t *trial) skip(f doctor.Finding) (doctor.Finding, bool) {
	switch {
	case t.silent:
		return f.SkippedFor("the bucket does not answer"), true
	case !t.written:
		return f.SkippedFor("nothing could be written to try it on"), true
	}
	return f, false
}

// refused is a row whose right the store refuses, or to which it gives no answer.
func (t *trial) refused(f doctor.Finding, right staging.Right, err error, cost string) doctor.Finding {
	if silent, ok := errors.AsType[*hang.Error](err); ok {
		t.silent = true
		return f.Failed(unanswered(t.store, silent), cost, bringBack)
	}
	refusal := t.store.Refused(err)
	t.silent = !refusal.Answered
	if fault.From(refusal.Err) == nil { // the end of the check's own time
		refusal.Err = &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err, Message: fmt.Sprintf("the bucket %s did not answer in time", t.store.Name()),
		}
	}
	switch {
	case refusal.Denied:
		return f.Failed(refusal.Err, cost, "give the credentials "+t.store.RightTo(right))
	case refusal.Answered:
		return f.Failed(refusal.Err, cost, "check the storage and its credentials")
	}
	return f.Failed(refusal.Err, cost, "check that this machine reaches the bucket")
}

func (t *trial) write(ctx context.Context) doctor.Finding {
	f := t.row("write", "Bucket: write")
	if _, err := t.store.TryWrite(ctx, t.key, t.content, false); err != nil {
		return t.refused(f, staging.ToWrite, err, noSync)
	}
	t.written = true
	f.Status, f.Found = doctor.Pass, "an object can be written to "+t.store.Name()
	return f
}

func (t *trial) list(ctx context.Context) doctor.Finding {
	f, skipped := t.skip(t.row("list", "Bucket: list"))
	if skipped {
		return f
	}
	for key, err := range t.store.List(ctx, t.key) {
		if err != nil {
			return t.refused(f, staging.ToList, err, "no sync can begin: it finds by a list what it has read")
		}
		if key == t.key {
			f.Status, f.Found = doctor.Pass, "the object that was written is listed"
			return f
		}
	}
	return f.Failed(odd("the bucket %s does not list an object that it has just taken", t.store.Name()), "a sync that resumes misses what it has read",
		"use a store whose lists are complete at once")
}

func (t *trial) read(ctx context.Context) doctor.Finding {
	f, skipped := t.skip(t.row("read", "Bucket: read"))
	if skipped {
		return f
	}
	content, err := t.store.Read(ctx, t.key)
	switch {
	case errors.Is(err, staging.ErrNotExist):
		return f.Failed(odd("the bucket %s does not return an object that it has just taken", t.store.Name()), noSync,
			"check whether a proxy or a login page answers in its place")
	case err != nil:
		return t.refused(f, staging.ToRead, err, noSync)
	case string(content) != string(t.content):
		return f.Failed(odd("the bucket %s returns another object than it was given", t.store.Name()), noSync,
			"check whether a proxy or a login page answers in its place")
	}
	f.Status, f.Found = doctor.Pass, "the object that was written can be read"
	return f
}

func (t *trial) writeIfAbsent(ctx context.Context) doctor.Finding {
	f, skipped := t.skip(t.row("write_if_absent", "Bucket: write if absent"))
	if skipped {
		return f
	}
	const cost = "no sync can begin: two workers could lose each other's work"
	created, err := t.store.TryWrite(ctx, t.key, t.content, true)
	switch {
	case err != nil:
		return t.refused(f, staging.ToWrite, err, cost)
	case created:
		return f.Failed(odd("the bucket %s overwrites an object although it must write it only if it is absent (If-None-Match: *)", t.store.Name()),
			cost, "use a store, or a newer version of it, that keeps to that")
	}
	f.Status, f.Found = doctor.Pass, "an object that is there is not overwritten"
	return f
}

func (t *trial) remove(ctx context.Context) doctor.Finding {
	f, skipped := t.skip(t.row("delete", "Bucket: delete"))
	if skipped {
		return f
	}
	if err := t.store.Delete(ctx, t.key); err != nil {
		f = t.refused(f, staging.ToDelete, err, "nothing old is ever removed, and a sync fails where it must remove an object")
		f.Found += "; " + t.left()
		return f
	}
	f.Status, f.Found = doctor.Pass, "the object that was written is removed"
	return f
}

// untold is the row of a right to delete that was not reached, because the credentials may not read.
func (t *trial) untold() doctor.Finding {
	f := t.row("delete", "Bucket: delete")
	f.Status = doctor.Warn
	f.Found = "a look at the object comes before its removal and was refused, so it could not be told whether the credentials may delete; " + t.left()
	f.Cost = "if they may not, nothing old is ever removed, and a sync fails where it must remove an object"
	f.Fix = "give the credentials " + t.store.RightTo(staging.ToDelete) + " too, and check again"
	return f
}

// odd is a store that does not do what a store does.
func odd(format string, args ...any) error {
	return &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: fmt.Sprintf(format, args...)}
}

// clean removes what was written, also when the time of the check is over.
func (t *trial) clean(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanWithin)
	defer cancel()
	_ = t.store.Delete(ctx, t.key) // which worked a moment ago
}
