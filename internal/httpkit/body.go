package httpkit

import (
	"errors"
	"io"
)

// ErrTooLarge lies below the error of an answer that is larger than Longhaul reads. Another try brings the same answer.
var ErrTooLarge = errors.New("the answer is too large")

// Capped reads from a body up to a cap and fails with ErrTooLarge beyond it, so that no answer fills the memory.
type Capped struct {
	From io.Reader
	Most int64 // bytes

	read int64
}

// Read reads on. A body that ends exactly at the cap is whole.
func (c *Capped) Read(p []byte) (int, error) {
	if c.read >= c.Most {
		var more [1]byte
		if n, err := c.From.Read(more[:]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLarge
	}
	n, err := c.From.Read(p[:min(int64(len(p)), c.Most-c.read)])
	c.read += int64(n)
	return n, err
}

// longestRest bounds what Finish reads to save a connection: more costs more than a new one.
const longestRest = 64 << 10

// Finish reads the rest of a body, so that its connection can be used again, and closes it. It gives up a connection whose rest is
// long.
func Finish(body io.ReadCloser) {
	_, _ = io.CopyN(io.Discard, body, longestRest)
	_ = body.Close()
}
