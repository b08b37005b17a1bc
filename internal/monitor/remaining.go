package monitor

import (
	"math"
	"time"
)

// estimator tells how long describe will still take, from its rate since it was first seen.
type estimator struct {
	began time.Time
	first int64
}

// remaining gives the time until all reports are described; 0 where there is too little to tell it from. A wait starts the
// estimate anew, because the rate after a wait may be another.
func (e *estimator) remaining(s Snapshot) time.Duration {
	switch {
	case !s.describing(), s.Waiting != "":
		*e = estimator{}
		return 0
	case e.began.IsZero() || s.Done < e.first:
		*e = estimator{began: s.At, first: s.Done}
		return 0
	}
	done, took := s.Done-e.first, s.At.Sub(e.began)
	if done <= 0 || took < 2*time.Second {
		return 0
	}
	left := float64(took) * float64(s.ToDescribe-s.Done) / float64(done)
	return time.Duration(min(left, math.MaxInt64/2))
}
