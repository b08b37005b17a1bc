package gauge

import (
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// operations counts the requests to a bucket.
type operations struct{ count atomic.Int64 }

func (o *operations) Request(string, time.Duration, bool, error) { o.count.Add(1) }

func (o *operations) Bytes(string, int64) {}
