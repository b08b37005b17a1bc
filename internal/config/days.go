package config

import (
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// parseDays reads a number of days, or 0.
func (s setting) parseDays(value string) (time.Duration, error) {
	if value == "0" {
		return source.Never, nil
	}
	number, unit := strings.CutSuffix(value, "d")
	n, err := wholeNumber(number)
	if err != nil || !unit || n < s.low || n > s.high {
		return 0, fault.Invalidf("must be a number of days from %dd to %dd, or 0 for never", s.low, s.high)
	}
	return time.Duration(n) * 24 * time.Hour, nil
}
