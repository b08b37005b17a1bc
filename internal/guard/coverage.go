package guard

import (
	"math"
	"strconv"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/warning"
)

// Coverage reports, after all reports were described, whether the fall of the number with columns since the last sync looks like an
// accident: their share fell by more than maxShrink percentage points (0 means DefaultMaxShrink), and there are at
// least DefaultLeastShrunk fewer; or none has any. A zero last record raises no concern.
func Coverage(last history.Record, states map[description.State]int64, maxShrink int) []Concern {
	maxShrink, least := bounds(maxShrink, 0)
	before, now := description.WithColumns(last.States), description.WithColumns(states)
	fell := 100 * (description.Coverage(last.States) - description.Coverage(states))
	const noise = 1e-9 // what the arithmetic of floating point adds to a fall of exactly maxShrink
	none := before > 0 && now == 0
	if before-now < least && !none || fell <= float64(maxShrink)+noise {
		return nil
	}
	return []Concern{{
		Found: warning.New(ConcernCoverageFell, warning.Params{
			"with_columns": decimal(now), "coverage_percent": percent(states),
			"last_with_columns": decimal(before), "last_coverage_percent": percent(last.States),
		}),
		Do: "if that is right, approve; else discard, look into the account for the reasons, fix them and start again",
	}}
}

func percent(states map[description.State]int64) string {
	return strconv.Itoa(int(math.Floor(100 * description.Coverage(states))))
}
