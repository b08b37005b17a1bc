package gauge

import (
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

// other stands in a label for what is not in its closed set.
const other = "other"

// The closed sets of labels.
var (
	phases = []string{
		string(workflows.PhaseAuthenticate), string(workflows.PhaseEnumerate), string(workflows.PhaseGuard), string(workflows.PhasePlan),
		string(workflows.PhaseDescribe), string(workflows.PhaseCatchUp), string(workflows.PhaseAssemble), string(workflows.PhaseUpload),
		string(workflows.PhaseRecord), string(workflows.PhaseDone), string(workflows.PhasePaused), string(workflows.PhaseBlocked),
		string(workflows.PhaseHeld), string(workflows.PhaseHandedOver),
	}
	outcomes = []string{
		string(workflows.OutcomeComplete), string(workflows.OutcomeGaps), string(workflows.OutcomeSkipped), string(workflows.OutcomeDiscarded),
		string(workflows.OutcomeFailed), string(workflows.OutcomeCancelled), history.OutcomeTerminated, history.OutcomeTimedOut,
		history.OutcomeUnknown,
	}
)

// view is what Prometheus is shown of a source. It does not change.
type view struct {
	source string
	sight
}

func (s *sight) view(name string) view { return view{source: name, sight: *s} }

// descs are the gauges by name, with their labels.
var descs = describe()

func describe() map[string]*prometheus.Desc {
	all := map[string]*prometheus.Desc{}
	for name, labels := range map[string][]string{
		telemetry.MetricBuildInfo: {"version", "commit"}, telemetry.MetricTemporalUp: nil, telemetry.MetricBucketUp: nil,
		telemetry.MetricSourceReady: {"source"}, telemetry.MetricSyncRunning: {"source"}, telemetry.MetricSyncPhase: {"source", "phase"},
		telemetry.MetricSyncWaiting: {"source", "reason"}, telemetry.MetricSyncIdleSeconds: {"source"},
		telemetry.MetricSyncReports: {"source", "state"}, telemetry.MetricCoverage: {"source"},
		telemetry.MetricOrgCallsUsed: {"source"}, telemetry.MetricOrgCallsMax: {"source"}, telemetry.MetricSourceCallsUsed: {"source"},
		telemetry.MetricQuotaCeiling: {"source"}, telemetry.MetricQuotaShare: {"source"},
		telemetry.MetricLastDelivery: {"source", "export"}, telemetry.MetricLastSync: {"source", "outcome"},
		telemetry.MetricSchedulePeriod: {"source"}, telemetry.MetricScheduleOverdue: {"source"},
	} {
		all[name] = prometheus.NewDesc(name, telemetry.Help(name), labels, nil)
	}
	return all
}

var _ prometheus.Collector = (*Gauges)(nil)

// Describe gives the descriptions of all gauges.
func (g *Gauges) Describe(to chan<- *prometheus.Desc) {
	for _, desc := range descs {
		to <- desc
	}
}

// sample gives one value.
type sample func(name string, value float64, labels ...string)

// Collect gives what the last look found. It asks nobody.
func (g *Gauges) Collect(to chan<- prometheus.Metric) {
	give := sample(func(name string, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(descs[name], prometheus.GaugeValue, value, labels...)
	})
	give(telemetry.MetricBuildInfo, 1, g.Version, g.Commit)
	if state := g.Probe.Last(); !state.At.IsZero() {
		give(telemetry.MetricTemporalUp, flag(state.Temporal == nil))
		give(telemetry.MetricBucketUp, flag(state.Bucket == nil))
	}
	views := g.shown.Load()
	if views == nil {
		return
	}
	now := time.Now()
	for _, v := range *views {
		give(telemetry.MetricSourceReady, flag(v.ready), v.source)
		v.sync(give, now)
		v.quota(give)
		v.pastSyncs(give, g.Exports)
		if v.plan.there {
			give(telemetry.MetricScheduleOverdue, elapsed(v.plan.overdue, now), v.source)
		}
		if v.plan.period > 0 {
			give(telemetry.MetricSchedulePeriod, v.plan.period.Seconds(), v.source)
		}
	}
}

// sync gives how the sync is that runs.
func (v view) sync(give sample, now time.Time) {
	give(telemetry.MetricSyncRunning, flag(v.runs), v.source)
	give(telemetry.MetricSyncIdleSeconds, elapsed(v.idleSince(), now), v.source)
	states := map[description.State]int64{}
	if v.past.last != nil {
		states = v.past.last.States
	}
	if p := v.progress; v.runs && p != nil {
		states = counts(p.States)
		give(telemetry.MetricSyncPhase, 1, v.source, within(phases, string(p.Phase)))
		if waiting(p) {
			give(telemetry.MetricSyncWaiting, 1, v.source, within(history.Waits, p.Wait))
		}
	}
	for _, state := range description.States {
		give(telemetry.MetricSyncReports, float64(states[state]), v.source, string(state))
	}
}

// quota gives what is known of the API calls.
func (v view) quota(give sample) {
	use := history.QuotaUse{}
	if v.past.last != nil && v.past.last.Quota != nil {
		use = *v.past.last.Quota
	}
	if v.runs {
		if !v.usedAt.IsZero() {
			use.Source = v.used
		}
		if v.progress != nil && v.progress.Quota != nil {
			q := v.progress.Quota
			use.Max, use.Org, use.Ceiling, use.Share = q.Max, q.Used, q.Ceiling, q.Share
		}
	}
	if use.Max == 0 {
		return // Salesforce has not said anything yet
	}
	const percent = 100
	give(telemetry.MetricOrgCallsMax, float64(use.Max), v.source)
	give(telemetry.MetricOrgCallsUsed, float64(use.Org), v.source)
	give(telemetry.MetricSourceCallsUsed, float64(use.Source), v.source)
	give(telemetry.MetricQuotaCeiling, float64(use.Ceiling)/percent, v.source)
	give(telemetry.MetricQuotaShare, float64(use.Share)/percent, v.source)
}

// pastSyncs gives what the syncs before have left.
func (v view) pastSyncs(give sample, exports []string) {
	if v.past.last != nil {
		give(telemetry.MetricCoverage, v.past.last.Coverage, v.source)
	}
	for export, at := range closed(v.past.delivered, exports) {
		give(telemetry.MetricLastDelivery, float64(at.Unix()), v.source, export)
	}
	for outcome, at := range closed(v.past.ended, outcomes) {
		give(telemetry.MetricLastSync, float64(at.Unix()), v.source, outcome)
	}
}

// closed puts what is not in a closed set together as other.
func closed(all map[string]time.Time, set []string) map[string]time.Time {
	put := make(map[string]time.Time, len(all))
	for key, at := range all {
		later(put, within(set, key), at)
	}
	return put
}

// within is a value of a closed set.
func within(set []string, value string) string {
	if slices.Contains(set, value) {
		return value
	}
	return other
}

func counts(s activities.States) map[description.State]int64 {
	return map[description.State]int64{
		description.StateDescribed: s.Described, description.StateReused: s.Reused, description.StateObsolete: s.Obsolete,
		description.StateUnsupported: s.Unsupported, description.StateDenied: s.Denied, description.StateFailed: s.Failed,
		description.StateFiltered: s.Filtered, description.StateGone: s.Gone,
	}
}

// elapsed is the time since a moment, in seconds; 0 for none.
func elapsed(since, now time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(now.Sub(since).Seconds(), 0)
}

func flag(on bool) float64 {
	if on {
		return 1
	}
	return 0
}
