package staging

import (
	"errors"
	"iter"

	"longhaul/internal/bucket"
	"longhaul/internal/fault"
)

// Anew ends the sentence of Gone: a sync does not go on without what it had written, whatever is mended.
const Anew = "; cancel the sync and start it again"

// Gone is for objects that the sync itself has written: that one of them does not exist is an error which no further try
// fixes. Any other error stays as it is.
func Gone(err error) error {
	if !errors.Is(err, ErrNotExist) || fault.Is(err, fault.Invalid) {
		return err
	}
	what, where := "something that the sync has written", "the bucket"
	if absent, ok := errors.AsType[*bucket.NotExistError](err); ok {
		what, where = "the object "+absent.Key, "the bucket "+absent.Bucket
	}
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: ErrNotExist,
		Message: what + " is gone from " + where + Anew,
	}
}

// Kept yields the lines of a stream that the sync itself has written, with the errors of Gone.
func Kept(lines iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for line, err := range lines {
			if !yield(line, Gone(err)) {
				return
			}
		}
	}
}
