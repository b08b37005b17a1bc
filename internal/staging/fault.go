package staging

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"syscall"

	"gocloud.dev/gcerrors"

	"longhaul/internal/fault"
)

// What can be asked of the errors of this package with errors.Is.
var (
	// ErrNotExist says that the bucket holds no such object.
	ErrNotExist = errors.New("no such object")
	// ErrExist says that an object written only if absent was there already; it was left as it is.
	ErrExist = errors.New("the object exists")
	// ErrTorn says that a stream is cut short or altered: its footer is absent or does not fit its lines.
	ErrTorn = errors.New("torn stream")
	// ErrTooLong says that a line is longer than MaxLine.
	ErrTooLong = errors.New("line too long")
)

// action is the verb of a sentence about the bucket.
type action string

const (
	reading action = "read from"
	writing action = "write to"
	listing action = "list"
	erasing action = "delete from"
)

// fault turns what a driver says into a classed error with a sentence. Cancellation stays what it is.
func (s *Store) fault(do action, key string, err error) error {
	switch {
	case err == nil:
		return nil
	case fault.From(err) != nil:
		return err
	case ended(err):
		return fmt.Errorf("%s the bucket %s (%s): %w", do, s.name, key, err)
	}
	if a, ok := answerOf(err); ok {
		return s.refused(do, key, a, err)
	}
	switch {
	case notFound(err) && (do == reading || do == erasing):
		return s.absent(key)
	case notFound(err) && s.dir == "": // a folder is made when it is missing, and may go while others clear up beside it
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket, Err: s.cause(key, err),
			Message: fmt.Sprintf("there is no bucket %s: check storage", s.name),
		}
	}
	if do == erasing && forbidden(err) { // what must go and may not would be tried for ever
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket, Err: s.cause(key, err),
			Message: fmt.Sprintf("cannot delete from the bucket %s: permission denied; give the user that runs Longhaul the right to delete there", s.name),
		}
	}
	return s.broken(do, key, err)
}

// broken is the fault of a request that nobody answered, or a disk did not carry out.
func (s *Store) broken(do action, key string, err error) error {
	message := fmt.Sprintf("cannot %s the bucket %s", do, s.name)
	if why := cmp.Or(reason(err), s.unreachable(err)); why != "" {
		message += ": " + why
	}
	return &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: message, Err: s.cause(key, err)}
}

func (s *Store) absent(key string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: &absent{bucket: s.name, key: key},
		Message: fmt.Sprintf("the bucket %s has no object %s", s.name, key),
	}
}

// refused is the fault of a store that answered. Only an answer that says so means that something is not there: what may
// not be seen may be there all the same.
func (s *Store) refused(do action, key string, a answer, err error) error {
	words := fmt.Sprintf("%s: %s", key, cmp.Or(a.message, a.said()))
	f := &fault.Error{Class: fault.Transient, System: fault.Bucket, Err: &shortened{err: err, text: words}}
	switch kind := a.kind(); {
	case kind == noObject && (do == reading || do == erasing):
		return s.absent(key)
	case kind == noObject, kind == noBucket:
		f.Class = fault.Invalid
		f.Message = fmt.Sprintf("there is no bucket %s: check storage (the store answered %s)", s.name, a.said())
	case kind == notAStore:
		f.Message = s.astray(cmp.Or(a.host, s.host))
	case kind == denied && do == erasing: // what must go and may not would be tried for ever
		f.Class = fault.Invalid
		f.Message = fmt.Sprintf("cannot delete from the bucket %s: permission denied, the store answered %s; "+
			"give the user that runs Longhaul the right to delete there", s.name, a.said())
	default:
		f.Message = fmt.Sprintf("cannot %s the bucket %s: the store answered %s", do, s.name, a.said())
		if words := s.words(a); words != "" {
			f.Message += ": " + words
		}
	}
	return f
}

// astray is the sentence for a page in the place of a store's answer.
func (s *Store) astray(host string) string {
	return fmt.Sprintf("something else answers in the place of the bucket %s: a page for people came from %s; check the network's "+
		"login page, HTTPS_PROXY and NO_PROXY, and the address of the storage", s.name, cmp.Or(host, "its host"))
}

// stranger is the fault of an answer that is neither a page nor what Longhaul keeps under a key.
func (s *Store) stranger(key string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Bucket,
		Message: fmt.Sprintf("what answers for %s of the bucket %s is not what Longhaul keeps there, so something else may answer in the place "+
			"of the store: check the network's login page, HTTPS_PROXY and NO_PROXY, and the address of the storage", key, s.name),
	}
}

// ended says whether an error is no more than the end of the caller's context. A connection that timed out is not.
func ended(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) && !errors.As(err, new(*net.OpError))
}

// reason says in words what the operating system or the cloud refused and what to change; empty when there is
// nothing plain to say.
func reason(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return "the disk is read-only; mount it writable or set another storage"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "the disk is full; make room on it or set another storage"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "too many files are open; raise the limit of this process (ulimit -n) or lower max_in_flight"
	case errors.Is(err, syscall.ENOTDIR):
		return "a file stands where a folder should be; move it away or set another storage"
	case forbidden(err):
		return "permission denied; give the user that runs Longhaul read and write access or set another storage"
	}
	return ""
}

func notFound(err error) bool {
	return gcerrors.Code(err) == gcerrors.NotFound || errors.Is(err, fs.ErrNotExist)
}

func forbidden(err error) bool {
	return errors.Is(err, fs.ErrPermission) || gcerrors.Code(err) == gcerrors.PermissionDenied
}

// unusable makes a refusal at the very start final: a sync must not begin on a bucket that it cannot use.
func unusable(err error) error {
	f := fault.From(err)
	if f == nil {
		return err
	}
	if a, ok := answerOf(err); (!ok || !a.kind().lasting()) && reason(err) == "" {
		return err
	}
	final := *f
	final.Class = fault.Invalid
	return &final
}

// torn is the error of a stream that is not what was committed.
func (s *Store) torn(key, why string) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: ErrTorn,
		Message: fmt.Sprintf("the object %s in the bucket %s is damaged (%s); remove it and start the sync again", key, s.name, why),
	}
}

// Unreadable says that an object is of no use and will not be by trying again: it is missing, torn, or on a disk that does
// not give it back. A network's fault is not among them, nor a store's refusal (rights come back, and what was left out
// meanwhile would be missing), nor what a machine is short of for a moment, as descriptors of open files.
func (s *Store) Unreadable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return false
	}
	return errors.Is(err, ErrNotExist) || errors.Is(err, ErrTorn) || errors.Is(err, ErrMalformed) || lastsOnDisk(err)
}

// lastsOnDisk says whether a disk refuses a file in a way that does not pass by itself.
func lastsOnDisk(err error) bool {
	var disk *fs.PathError
	if !errors.As(err, &disk) {
		return false
	}
	return errors.Is(disk, fs.ErrPermission) || errors.Is(disk, syscall.EIO) || errors.Is(disk, syscall.EISDIR) ||
		errors.Is(disk, syscall.ENOTDIR) || errors.Is(disk, syscall.ELOOP)
}
