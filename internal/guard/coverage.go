package guard

import (
	"fmt"
	"math"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
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
		ConcernCoverageFell, fmt.Sprintf("%s reports have columns, %d %% of all; in the last sync %s had, %d %%",
			humanize.Number(now), percent(description.Coverage(states)), humanize.Number(before), percent(description.Coverage(last.States))),
		"if that is right, approve; else discard, look into the account for the reasons, fix them and start again",
	}}
}

func percent(share float64) int { return int(math.Floor(100 * share)) }
