package catalog

import (
	"errors"

	"longhaul/internal/reach"
)

// reachOf returns how far a try came that may have arrived.
func reachOf(err error) reach.Reach {
	var e *Error
	if errors.As(err, &e) && e.unclear {
		return reach.Proxy
	}
	return reach.Unknown
}
