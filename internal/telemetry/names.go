package telemetry

// The names of Longhaul's own metrics. Their units and endings are Prometheus's conventions; deploy/ uses no others. Labels come from closed
// sets: sources, exports and receivers of the settings, phases, reasons of waits, states, classes of errors, routes.
const (
	MetricBuildInfo = "longhaul_build_info" // 1, with version and commit

	// What the clients do.
	MetricRequests        = "longhaul_requests_total"           // by system (salesforce, catalog), route, outcome (ok or a class)
	MetricRequestSeconds  = "longhaul_request_duration_seconds" // a histogram by system and route
	MetricBucketRequests  = "longhaul_bucket_requests_total"    // by operation (read, write, list, delete, head) and outcome (ok, absent, or a class)
	MetricBucketSeconds   = "longhaul_bucket_request_duration_seconds"
	MetricBucketBytes     = "longhaul_bucket_bytes_total" // by direction (read, written)
	MetricLogins          = "longhaul_logins_total"       // by source and outcome
	MetricAPICalls        = "longhaul_api_calls_total"
	MetricListed          = "longhaul_records_listed_total"
	MetricDescribed       = "longhaul_reports_described_total"
	MetricNotifications   = "longhaul_notifications_total"        // by receiver, event and outcome (ok, failed)
	MetricDeliveries      = "longhaul_deliveries_total"           // of files, by source, export and outcome
	MetricScheduleMissed  = "longhaul_schedule_runs_missed_total" // by source
	MetricTemporalUp      = "longhaul_temporal_up"                // 1 or 0, of this worker
	MetricBucketUp        = "longhaul_bucket_up"                  // 1 or 0, of this worker
	MetricSourceReady     = "longhaul_source_ready"               // 1 or 0 by source: this worker serves it
	MetricSyncRunning     = "longhaul_sync_running"               // 1 or 0 by source
	MetricSyncPhase       = "longhaul_sync_phase"                 // 1 by source and phase, of the phase that the running sync is in
	MetricSyncWaiting     = "longhaul_sync_waiting"               // 1 by source and reason (history.Waits), while the running sync waits
	MetricSyncIdleSeconds = "longhaul_sync_idle_seconds"          // by source: since something moved, of a running sync that does not wait itself; else 0
	MetricSyncReports     = "longhaul_sync_reports"               // by source and state, of the running sync, else of the last
	MetricCoverage        = "longhaul_coverage_ratio"             // by source, of the last recorded sync

	// Quota, by source, as the running or the last sync knows it.
	MetricOrgCallsUsed    = "longhaul_org_api_calls_used"
	MetricOrgCallsMax     = "longhaul_org_api_calls_max"
	MetricSourceCallsUsed = "longhaul_source_api_calls_used" // in 24 hours
	MetricQuotaCeiling    = "longhaul_quota_ceiling_ratio"
	MetricQuotaShare      = "longhaul_quota_share_ratio"

	// What is overdue. Each worker reads it from the bucket and from Temporal each minute, so rules take the max by source.
	MetricLastDelivery    = "longhaul_last_delivery_timestamp_seconds" // by source and export
	MetricLastSync        = "longhaul_last_sync_timestamp_seconds"     // by source and outcome
	MetricSchedulePeriod  = "longhaul_schedule_period_seconds"         // by source; absent without a schedule
	MetricScheduleOverdue = "longhaul_schedule_overdue_seconds"        // by source: since a run should have come that has not; 0: none
)
