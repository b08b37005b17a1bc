package bucket

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"gocloud.dev/gcerrors"

	"longhaul/internal/fault"
)

// Callers tell these errors apart with errors.Is.
var (
	// ErrNotExist says that the bucket holds no such object.
	ErrNotExist = errors.New("no such object")
	// ErrExist says that an object written only if absent was there already; it was left as it is.
	ErrExist = errors.New("the object exists")
)

// NotExistError is ErrNotExist of one object.
type NotExistError struct {
	Bucket string // as people may see it
	Key    string
}

// Error is that of ErrNotExist.
func (e *NotExistError) Error() string { return ErrNotExist.Error() }

// Is makes errors.Is(err, ErrNotExist) true.
func (e *NotExistError) Is(target error) bool { return target == ErrNotExist }

// action is the verb of a sentence about the bucket.
type action string

const (
	reading action = "read from"
	writing action = "write to"
	listing action = "list"
	erasing action = "delete from"
)

// place is what the sentences about a bucket say of it.
type place struct {
	kind string // the scheme of the bucket's URL
	name string // the URL as people may see it: no query, no user
	host string // where a store answers that is reached over a network, as far as the URL says
}

// String names the bucket for people, without anything secret.
func (p place) String() string { return p.name }

// remote reports whether the bucket is reached over a network.
func (p place) remote() bool { return p.kind != "" && p.kind != kindFolder && p.kind != kindMemory }

// fault turns an error of a driver into a classed error with a sentence. A cancellation stays what it is.
func (p place) fault(do action, key string, err error) error {
	switch {
	case err == nil:
		return nil
	case fault.From(err) != nil:
		return err
	case isEndOfContext(err):
		return fmt.Errorf("%s the bucket %s (%s): %w", do, p.name, key, err)
	}
	if a, ok := answerOf(err); ok {
		return p.refused(do, key, a, err)
	}
	switch {
	case isNotFound(err) && (do == reading || do == erasing):
		return p.absent(key)
	case isNotFound(err) && p.kind != kindFolder: // a folder is created if it is missing, and another process may remove it in between
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket, Err: p.cause(key, err),
			Message: fmt.Sprintf("there is no bucket %s: check storage", p.name),
		}
	}
	if do == erasing && isForbidden(err) { // a delete that is not permitted would be tried for ever
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket, Err: p.cause(key, err),
			Message: fmt.Sprintf("cannot delete from the bucket %s: permission denied; give the user that runs Longhaul the right to delete there", p.name),
		}
	}
	return p.broken(do, key, err)
}

// failed is fault for a request whose context may have ended because the store did not answer in time.
func (p place) failed(ctx context.Context, do action, key string, err error) error {
	if d, ok := timedOut(ctx); ok && err != nil && fault.From(err) == nil {
		return p.unanswered(do, key, d, err)
	}
	switch end := ctx.Err(); {
	case err == nil || fault.From(err) != nil:
	case end == nil && isEndOfContext(err): // a driver has deadlines of its own, as for the server that gives credentials
		return p.broken(do, key, err)
	case end != nil && !isEndOfContext(err) && errors.Is(err, context.Cause(ctx)): // a connection returns the cause, and callers ask for the end
		err = fmt.Errorf("%w: %w", end, err)
	}
	return p.fault(do, key, err)
}

// unanswered is the fault of a store that did not answer. Until then, a driver may have repeated a refused request.
func (p place) unanswered(do action, key string, after timeoutError, err error) error {
	f := &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: p.cause(key, err),
		Message: fmt.Sprintf("cannot %s the bucket %s: %s; check that it can be reached", do, p.name, after),
	}
	if a, ok := answerOf(err); ok {
		f.Message = fmt.Sprintf("cannot %s the bucket %s: for %s the store answered %s", do, p.name, time.Duration(after), a)
		if advice := a.advice(p.kind); advice != "" {
			f.Message += ": " + advice
		}
	}
	return f
}

// broken is the fault of a request that nobody answered, or that a disk did not carry out.
func (p place) broken(do action, key string, err error) error {
	message := fmt.Sprintf("cannot %s the bucket %s", do, p.name)
	if why := cmp.Or(diskReason(err), p.networkReason(err)); why != "" {
		message += ": " + why
	}
	return &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: message, Err: p.cause(key, err)}
}

func (p place) absent(key string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: &NotExistError{Bucket: p.name, Key: key},
		Message: fmt.Sprintf("the bucket %s has no object %s: check whether anything else deletes there", p.name, key),
	}
}

// refused is the fault of a store that answered. Only an answer that says so means that an object does not exist: an object
// that a store refuses to show may exist.
func (p place) refused(do action, key string, a answer, err error) error {
	words := fmt.Sprintf("%s: %s", key, cmp.Or(a.message, a.String()))
	f := &fault.Error{Class: fault.Transient, System: fault.Bucket, Err: &shortened{err: err, text: words}}
	switch r := a.refusal(); {
	case r == noObject && (do == reading || do == erasing):
		return p.absent(key)
	case r == noObject, r == noBucket:
		f.Class = fault.Invalid
		f.Message = fmt.Sprintf("there is no bucket %s: check storage (the store answered %s)", p.name, a)
	case r == notAStore:
		f.Message = p.intercepted(cmp.Or(a.host, p.host)).Message
	case r == denied && do == erasing: // a delete that is not permitted would be tried for ever
		f.Class = fault.Invalid
		f.Message = fmt.Sprintf("cannot delete from the bucket %s: permission denied, the store answered %s; "+
			"give the user that runs Longhaul the right to delete there", p.name, a)
	default:
		f.Message = fmt.Sprintf("cannot %s the bucket %s: the store answered %s", do, p.name, a)
		if advice := a.advice(p.kind); advice != "" {
			f.Message += ": " + advice
		}
	}
	return f
}

// intercepted is the fault of a web page in place of a store's answer.
func (p place) intercepted(host string) *fault.Error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("something else answers in the place of the bucket %s: a page for people came from %s; check the network's "+
			"login page, HTTPS_PROXY and NO_PROXY, and the address of the storage", p.name, cmp.Or(host, "its host")),
	}
}

// unexpected is the fault of an answer that is neither a web page nor what Longhaul keeps under a key.
func (p place) unexpected(key string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("what answers for %s of the bucket %s is not what Longhaul keeps there, so something else may answer in the place "+
			"of the store: check the network's login page, HTTPS_PROXY and NO_PROXY, and the address of the storage", key, p.name),
	}
}

// away is the fault of a bucket that has not the id which was read of it before: its disk is not mounted, it was emptied, or the settings
// of this process name another one, which looks the same.
func (p place) away(err error) error {
	restart := ""
	if !p.remote() { // a process makes no folder anew that it has known: the disk may come back
		restart = ", restart the workers"
	}
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("the bucket %s is away, was emptied, or is another one than the sync uses, as it lacks the %s of the sync's bucket: "+
			"give all workers the same storage, or bring the bucket back; only if it was emptied on purpose, cancel the sync%s and start it again",
			p.name, identityKey, restart),
	}
}

func (p place) malformed(key, why string, err error) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("the object %s in the bucket %s is %s; remove it and start the sync again", key, p.name, why),
	}
}

// isEndOfContext reports whether an error is no more than the end of the caller's context. That of a connection which timed
// out is more.
func isEndOfContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && !isTimeoutOfConnection(err)
}

func isNotFound(err error) bool {
	return gcerrors.Code(err) == gcerrors.NotFound || errors.Is(err, fs.ErrNotExist)
}

func isForbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || gcerrors.Code(err) == gcerrors.PermissionDenied
}

// unusable makes a refusal at the very start final: a sync must not begin on a bucket that it cannot use.
func unusable(err error) error {
	f := fault.From(err)
	if f == nil {
		return err
	}
	if a, ok := answerOf(err); (!ok || !a.refusal().lasting()) && diskReason(err) == "" {
		return err
	}
	final := *f
	final.Class = fault.Invalid
	return &final
}

// Unreadable reports whether an object is of no use and will stay so: it does not exist, does not parse, or is on a disk that
// does not return it. Network errors are not among them, nor refusals of a store (permissions come back, and data left out until
// then would be missing), nor what a machine lacks for a moment, such as descriptors of open files.
func Unreadable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return errors.Is(err, ErrNotExist) || errors.Is(err, ErrMalformed) || isLastingOnDisk(err)
}
