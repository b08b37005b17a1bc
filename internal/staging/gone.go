package staging

import (
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/fault"
)

// absent is ErrNotExist of one object.
type absent struct{ bucket, key string }

func (a *absent) Error() string { return ErrNotExist.Error() }

// Is makes errors.Is(err, ErrNotExist) true.
func (a *absent) Is(target error) bool { return target == ErrNotExist }

// Gone is for reading what the sync has written itself: that it is not there is an error which no further try would mend.
// Any other error stays as it is.
func Gone(err error) error {
	if !errors.Is(err, ErrNotExist) || fault.Is(err, fault.Invalid) {
		return err
	}
	what, where := "something that the sync has written", "the bucket"
	var a *absent
	if errors.As(err, &a) {
		what, where = "the object "+a.key, "the bucket "+a.bucket
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: ErrNotExist,
		Message: fmt.Sprintf("%s is gone from %s; cancel the sync and start it again", what, where),
	}
}

// Kept gives the lines of a stream that the sync has written itself, with the errors of Gone.
func Kept(lines iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for line, err := range lines {
			if !yield(line, Gone(err)) {
				return
			}
		}
	}
}
