// Package notify tells people what became of a sync: which events there are, who gets them, in which words and by which way.
package notify

// Event is something that people may be told of.
type Event string

// The events of a sync.
const (
	FirstSyncComplete Event = "first_sync_complete" // the first sync that delivered every report
	Complete          Event = "complete"            // a later one
	Gaps              Event = "gaps"                // a sync came to its end with reports that lack their columns
	Failed            Event = "failed"              // a sync ended without delivering
	Blocked           Event = "blocked"             // a sync waits until somebody has fixed a login or a permission
	Held              Event = "held"                // a sync waits for approve or discard
	Waiting           Event = "waiting"             // a sync has waited for an hour, and continues by itself
	Stalled           Event = "stalled"             // nothing moved for a while, though the sync itself does not wait
	Recovered         Event = "recovered"           // what an earlier event told is over
	ColumnsLost       Event = "columns_lost"        // more than a set share of the columns is gone since the delivery before
)

// The events of a source that no sync can tell, and the one that tries the way.
const (
	ScheduleMissed Event = "schedule_missed" // a run of the schedule did not come
	WorkerGone     Event = "worker_gone"     // no worker serves the source, as another worker sees it
	Digest         Event = "digest"          // what changed in a week
	Test           Event = "test"            // somebody tries whether messages arrive
)

// Row is what holds for an event, in the one table from which settings, messages, documents and alerts are made.
type Row struct {
	Event  Event
	Person bool   // it needs a person, so every receiver gets it that asks for nothing else
	Opens  bool   // it stands until something closes it, and is told again each day
	Metric string // that shows the same to Prometheus; empty: none does
	Alert  string // of deploy/, on that metric; empty: none
}

// Table has every event, in the order of the documents.
var Table = []Row{
	{Event: FirstSyncComplete, Person: true, Metric: "longhaul_last_delivery_timestamp_seconds"},
	{Event: Complete, Metric: "longhaul_last_delivery_timestamp_seconds"},
	{Event: Gaps, Metric: "longhaul_coverage_ratio"},
	{Event: Failed, Person: true, Opens: true, Metric: "longhaul_last_delivery_timestamp_seconds", Alert: "CatalogStale"},
	{Event: Blocked, Person: true, Opens: true, Metric: "longhaul_sync_waiting", Alert: "Blocked"},
	{Event: Held, Person: true, Opens: true, Metric: "longhaul_sync_waiting", Alert: "Held"},
	{Event: Waiting, Opens: true, Metric: "longhaul_sync_waiting"},
	{Event: Stalled, Person: true, Opens: true, Metric: "longhaul_sync_idle_seconds", Alert: "Stalled"},
	{Event: Recovered},
	{Event: ColumnsLost, Person: true},
	{Event: ScheduleMissed, Person: true, Opens: true, Metric: "longhaul_schedule_overdue_seconds", Alert: "ScheduleMissed"},
	{Event: WorkerGone, Person: true, Opens: true, Metric: "longhaul_source_ready", Alert: "NoWorkers"},
	{Event: Digest},
	{Event: Test},
}
