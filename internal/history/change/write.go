package change

import (
	"context"

	"longhaul/internal/staging"
)

// Writer writes a change log, and counts what it writes. Either Commit or Abort must be called; Abort is harmless after a Commit.
type Writer struct {
	Counts Counts

	w    *staging.Writer
	line []byte
}

// Create begins the log under a key, in place of what is there.
func Create(ctx context.Context, store *staging.Store, key string) (*Writer, error) {
	w, err := store.CreateDense(ctx, key)
	if err != nil {
		return nil, err
	}
	return &Writer{Counts: Counts{}, w: w}, nil
}

// Add writes one change, if anything differs.
func (w *Writer) Add(c *Change) (err error) {
	if c.None() {
		return nil
	}
	if w.line, err = c.Append(w.line[:0]); err != nil {
		return err
	}
	if len(w.line) >= staging.MaxLine { // columns with labels of megabytes: the rest of the change is worth more than they
		short := *c
		short.Columns = nil
		c = &short // what is counted is what can be read again
		if w.line, err = short.Append(w.line[:0]); err != nil {
			return err
		}
	}
	w.Counts.Add(c)
	return w.w.Append(w.line)
}

// Commit makes the log visible, whole.
func (w *Writer) Commit() error {
	_, err := w.w.Commit()
	return err
}

// Abort leaves nothing of the log in the bucket.
func (w *Writer) Abort() { w.w.Abort() }
