package catalog

import "errors"

// Reach is how far a file may have come in deliveries that failed. At a later conflict it tells whose file the catalog has.
type Reach string

// The reaches, the nearest first.
const (
	ReachNone    Reach = "none"    // every try was refused, or broke off before its end
	ReachProxy   Reach = "proxy"   // something answered a success as the catalog would not, and may have let the file through
	ReachUnknown Reach = "unknown" // the catalog may well have the file
)

// Farther returns the farther of two reaches.
func Farther(a, b Reach) Reach {
	switch {
	case a == ReachUnknown || b == ReachUnknown:
		return ReachUnknown
	case a == ReachProxy || b == ReachProxy:
		return ReachProxy
	default:
		return ReachNone
	}
}

// reachOf returns how far a try came that may have arrived.
func reachOf(err error) Reach {
	var e *Error
	if errors.As(err, &e) && e.unclear {
		return ReachProxy
	}
	return ReachUnknown
}
