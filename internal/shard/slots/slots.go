// Package slots shares out the requests that the shards of a sync may have in flight.
package slots

// Fixed is a number of slots that never changes.
type Fixed int

// Limit is the number.
func (f Fixed) Limit() int { return int(f) }

// TryAcquire always succeeds: a run keeps to Limit by itself.
func (f Fixed) TryAcquire() bool { return true }

// Release does nothing.
func (f Fixed) Release() {}

// SetIdle does nothing.
func (f Fixed) SetIdle(bool) {}

// Freed never gives a value.
func (f Fixed) Freed() <-chan struct{} { return nil }
