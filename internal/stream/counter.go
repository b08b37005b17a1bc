package stream

// counterBeat is the number of records between two reports of a Counter.
const counterBeat = 1000

// Counter counts records and reports their number from time to time.
type Counter struct {
	N        int64
	progress func(int64)
}

// NewCounter returns a counter that reports to progress, which may be nil.
func NewCounter(progress func(int64)) *Counter { return &Counter{progress: progress} }

// Add counts one record.
func (c *Counter) Add() {
	if c.N++; c.N%counterBeat == 0 && c.progress != nil {
		c.progress(c.N)
	}
}
