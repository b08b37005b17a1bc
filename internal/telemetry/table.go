package telemetry

// Metric is a row of the table of Longhaul's own metrics, from which help texts and the document are made.
type Metric struct {
	Name   string
	Kind   string // counter, gauge or histogram
	Labels string // in words
	Help   string // one sentence, without a full stop
}

// The kinds of metrics.
const (
	counterKind   = "counter"
	gaugeKind     = "gauge"
	histogramKind = "histogram"
)

// Table has every metric of names.go, in its order.
var Table = []Metric{
	{MetricBuildInfo, gaugeKind, "`version`, `commit`", "1, with the version and the commit of this worker"},
	{MetricRequests, counterKind, "`system`, `route`, `outcome`", "Requests to Salesforce and the catalog, each try by itself"},
	{MetricRequestSeconds, histogramKind, "`system`, `route`", "Time until the answer to a request was read, of Salesforce and the catalog"},
	{MetricBucketRequests, counterKind, "`operation`, `outcome`", "Requests to the bucket"},
	{MetricBucketSeconds, histogramKind, "`operation`", "Time until the bucket answered; of a write, until the object was there"},
	{MetricBucketBytes, counterKind, "`direction`", "Bytes read from and written to the bucket"},
	{MetricLogins, counterKind, "`source`, `outcome`", "Logins to Salesforce that were sent"},
	{MetricAPICalls, counterKind, "those of Temporal's SDK", "API calls of this process that Salesforce counts"},
	{MetricListed, counterKind, "those of Temporal's SDK", "Records that this process listed"},
	{MetricDescribed, counterKind, "those of Temporal's SDK", "Reports that this process described"},
	{MetricNotifications, counterKind, "`receiver`, `event`, `outcome`", "Messages to people"},
	{MetricDeliveries, counterKind, "`source`, `export`, `outcome`", "Files that this process sent to the target of an export"},
	{MetricScheduleMissed, counterKind, "`source`", "Runs of the schedule that did not come, as this worker saw it"},
	{MetricTemporalUp, gaugeKind, "none", "1 if Temporal answered this worker when it last asked, else 0"},
	{MetricBucketUp, gaugeKind, "none", "1 if the bucket could be used by this worker when it last looked, else 0"},
	{MetricSourceReady, gaugeKind, "`source`", "1 if this worker serves the source, 0 while it is left out"},
	{MetricSyncRunning, gaugeKind, "`source`", "1 while a sync of the source runs, else 0"},
	{MetricSyncPhase, gaugeKind, "`source`, `phase`", "1 for the phase that the running sync is in"},
	{MetricSyncWaiting, gaugeKind, "`source`, `reason`", "1 while the running sync waits for this reason"},
	{MetricSyncIdleSeconds, gaugeKind, "`source`", "Time since something moved, of a running sync that does not wait itself; else 0"},
	{MetricSyncReports, gaugeKind, "`source`, `state`", "Reports by what became of them, in the running sync, else in the last"},
	{MetricCoverage, gaugeKind, "`source`", "Share of the reports that have their columns, in the last recorded sync"},
	{MetricOrgCallsUsed, gaugeKind, "`source`", "API calls of all users of the org in 24 hours, as the running or the last sync knows it"},
	{MetricOrgCallsMax, gaugeKind, "`source`", "API calls that the org may make in 24 hours"},
	{MetricSourceCallsUsed, gaugeKind, "`source`", "API calls of the syncs of the source in 24 hours"},
	{MetricQuotaCeiling, gaugeKind, "`source`", "Share of the org's API calls that all its users may have used while a sync goes on"},
	{MetricQuotaShare, gaugeKind, "`source`", "Share of the org's API calls that the syncs of the source may use"},
	{MetricLastDelivery, gaugeKind, "`source`, `export`", "When an export was last delivered whole, in seconds since 1970; absent before the first"},
	{MetricLastSync, gaugeKind, "`source`, `outcome`", "When a sync last ended so, in seconds since 1970; absent before the first"},
	{MetricSchedulePeriod, gaugeKind, "`source`", "Longest time between the next runs of the schedule; absent without a schedule and while it is paused"},
	{MetricScheduleOverdue, gaugeKind, "`source`", "Time since a run of the schedule should have come that has not; 0: none, absent without a schedule"},
}

// Help is the sentence of a metric.
func Help(name string) string {
	for _, row := range Table {
		if row.Name == name {
			return row.Help + "."
		}
	}
	return ""
}
