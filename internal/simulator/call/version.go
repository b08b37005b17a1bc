package call

import (
	"net/http"
	"regexp"
	"strconv"

	"longhaul/internal/simulator/wire"
)

// Versions that are served, and the newest one that has been retired.
const (
	OldestVersion  = 54
	NewestVersion  = 67
	retiredVersion = 30
)

var versionForm = regexp.MustCompile(`^v(\d{1,3})\.0$`)

// CheckVersion refuses versions that are not served: a retired one in other words than one that never was.
func CheckVersion(version string) *wire.Reply {
	m := versionForm.FindStringSubmatch(version)
	if m == nil {
		return &NotFound
	}
	switch n, _ := strconv.Atoi(m[1]); {
	case n >= 7 && n <= retiredVersion:
		bad := wire.Refusal(http.StatusGone, "GONE", RetiredResource)
		return &bad
	case n < OldestVersion || n > NewestVersion:
		return &NotFound
	}
	return nil
}
