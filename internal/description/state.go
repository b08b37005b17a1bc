package description

// State is what became of one report. Each report of the inventory ends a sync in exactly one.
type State string

// The states, as in the account and the result.
const (
	StateDescribed   State = "described"
	StateReused      State = "reused"      // described by an earlier sync, and unchanged
	StateObsolete    State = "obsolete"    // Salesforce says that its report type is gone
	StateUnsupported State = "unsupported" // such as a joined report
	StateDenied      State = "denied"
	StateFailed      State = "failed"
	StateFiltered    State = "filtered"
	StateGone        State = "gone"

	// StateDeferred is the state of a report that failed its tries while others were answered. It is tried again at the end
	// of the sync and has another state then: no account holds this one.
	StateDeferred State = "deferred"
	// StateListed is the state of a dashboard or a component: it is in its file as Salesforce gave it.
	StateListed State = "listed"
)

// States lists the states in which a report can end.
var States = []State{StateDescribed, StateReused, StateObsolete, StateUnsupported, StateDenied, StateFailed, StateFiltered, StateGone}

// HasColumns reports whether a report in this state has its columns.
func (s State) HasColumns() bool { return s == StateDescribed || s == StateReused }

// Wanted reports whether a report in this state exists and is asked for: whether it is among the reports of an export.
func (s State) Wanted() bool { return s != StateGone && s != StateFiltered }

// Total is the number of reports in all states.
func Total(states map[State]int64) (n int64) {
	for _, count := range states {
		n += count
	}
	return n
}

// WithColumns is the number of reports that have columns.
func WithColumns(states map[State]int64) int64 { return states[StateDescribed] + states[StateReused] }

// Coverage is the share of the wanted reports that have columns; 1 when there are none.
func Coverage(states map[State]int64) float64 {
	var wanted int64
	for state, n := range states {
		if state.Wanted() {
			wanted += n
		}
	}
	if wanted == 0 {
		return 1
	}
	return float64(WithColumns(states)) / float64(wanted)
}
