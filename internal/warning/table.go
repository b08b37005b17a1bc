package warning

// Code says what a warning is about. Scripts rely on codes and on the names of their parameters.
type Code string

// The warnings of what could not be read or checked at the start.
const (
	UsageUnknown          Code = "usage_unknown"
	UsageUnreadable       Code = "usage_unreadable"
	PermissionsUnreadable Code = "permissions_unreadable"
	PermissionsUnknown    Code = "permissions_unknown"
	GivePermission        Code = "give_permission"
	PermissionAccepted    Code = "permission_accepted"
	BucketShared          Code = "bucket_shared"
	FutureTimestamp       Code = "future_timestamp"
)

// The warnings of listings.
const (
	FieldHidden           Code = "field_hidden"
	ChangesHidden         Code = "changes_hidden"
	PrivateRefused        Code = "private_refused"
	PrivateTurnedOff      Code = "private_turned_off"
	LastListingUnreadable Code = "last_listing_unreadable"
	NothingLookedUp       Code = "nothing_looked_up"
	LastAccountUnreadable Code = "last_account_unreadable"
	ChangesUnknown        Code = "changes_unknown"
)

// The warnings of plans, descriptions and working files.
const (
	RecordUnreadable     Code = "record_unreadable"
	IdentityChanged      Code = "identity_changed"
	StreamsUnreadable    Code = "streams_unreadable"
	UnfinishedUnreadable Code = "unfinished_unreadable"
	MoreWarnings         Code = "more_warnings"
	ShardDamaged         Code = "shard_damaged"
	ColumnsMissing       Code = "columns_missing"
	TypesRenewed         Code = "types_renewed"
	AuditsFailed         Code = "audits_failed"
	FilesNotRemoved      Code = "files_not_removed"
)

// What looks like an accident: the guard holds a sync for it, or warns of it.
const (
	ShrunkReports     Code = "shrunk_reports"
	ShrunkDashboards  Code = "shrunk_dashboards"
	ShrunkFolders     Code = "shrunk_folders"
	ShrunkComponents  Code = "shrunk_components"
	ShrunkUsers       Code = "shrunk_users"
	NoReports         Code = "no_reports"
	OtherOrg          Code = "other_org"
	CoverageFell      Code = "coverage_fell"
	PermissionLost    Code = "permission_lost"
	PermissionMissing Code = "permission_missing"
)

// What operators decided, and what of them did not reach a sync.
const (
	Approved           Code = "approved"
	ApprovedByFlag     Code = "approved_by_flag"
	Discarded          Code = "discarded"
	DiscardedByExtract Code = "discarded_by_extract"
	NotApproved        Code = "not_approved"
	SignalUnknown      Code = "signal_unknown"
	MoreSignalsUnknown Code = "more_signals_unknown"
	SignalNotForwarded Code = "signal_not_forwarded"
	HistoryFull        Code = "history_full"
	InputRefused       Code = "input_refused"
)

// The warnings of deliveries.
const (
	NotDelivered       Code = "not_delivered"
	ExportNotDelivered Code = "export_not_delivered"
	ExportRefused      Code = "export_refused"
	ExportUntried      Code = "export_untried"
	DeliveryUntried    Code = "delivery_untried"
	CatalogUnreachable Code = "catalog_unreachable"
	TokenUntried       Code = "token_untried"
	NoPublicAPI        Code = "no_public_api"
	NoAddress          Code = "no_address"
	HostUnreachable    Code = "host_unreachable"
	AnswerBroken       Code = "answer_broken"
	AnswerPage         Code = "answer_page"
	AnswerTrouble      Code = "answer_trouble"
	AnswerStatus       Code = "answer_status"
	AnswerOther        Code = "answer_other"
	RenamedByProxy     Code = "renamed_by_proxy"
	RenamedByReset     Code = "renamed_by_reset"
	RenamedByOther     Code = "renamed_by_other"
)

// shrunk is the sentence of a kind that shrank.
func shrunk(kind string) row {
	return row{
		text: "The run-as user sees {now|" + kind + "}, {fewer|number} fewer than the {before|number} of the last sync",
		none: "The run-as user sees no " + kind + "; the last sync had {before|number}",
	}
}

// table has the sentence of each code. Every sentence that people read of a warning is made of it.
var table = map[Code]row{
	UsageUnknown: {text: "Salesforce does not tell how many API calls the org has left, so quota.ceiling and quota.share cannot be kept: " +
		`give the run-as user "View Setup and Configuration"`},
	UsageUnreadable: {text: "{count} objects below usage/ in the bucket cannot be read, so quota.share does not count the API calls of that " +
		"many steps of earlier syncs"},
	PermissionsUnreadable: {text: "the permissions of the run-as user cannot be read, so whether it sees all reports and dashboards is not known"},
	PermissionsUnknown: {text: "it cannot be read whether the run-as user has {permissions|labels}, so whether it sees all reports and " +
		"dashboards is not known"},
	GivePermission:     {text: "{permission|cost}: give the run-as user {permission|label}"},
	PermissionAccepted: {text: "{permission|cost}, as accept_missing allows: the run-as user lacks {permission|label}"},
	BucketShared: {text: "the source belonged to another Temporal in this bucket when the sync began, so it waited until that one was done or " +
		"silent: use one Temporal for a bucket"},
	FutureTimestamp: {text: "the last sync's files are named with a time in the future, so this sync names its files {timestamp} " +
		"({timestamp|time}), to count as newer: a clock was wrong once; the warning ends when that time has passed"},

	FieldHidden: {text: "the run-as user may not see the field {field} of {object}; it is written as null"},
	ChangesHidden: {text: "the run-as user may not see {field} of {object}, so {kind} that changed while the sync ran are brought by the " +
		"next one"},
	PrivateRefused: {text: `{kind} in others' private folders are not included: give the run-as user "Manage All Private Reports and Dashboards"`},
	PrivateTurnedOff: {text: "scope.private was turned off since the last sync, so what that one knew and this one did not list is not looked " +
		"up: it may well be in a private folder; the next sync looks again"},
	LastListingUnreadable: {text: "which {kind} the last sync knew cannot be read from the bucket, so none is looked up that this one did not list"},
	NothingLookedUp: {text: "the record of the last sync cannot be read from the bucket, so what that one knew and this one did not list is not " +
		"looked up"},
	LastAccountUnreadable: {text: "the account of the last sync cannot be read from the bucket: what changed since then is not known, and since " +
		"when things are as they are is counted from this sync on"},
	ChangesUnknown: {text: "what the last sync read cannot be read from the bucket any more, so what changed since then is not known"},

	RecordUnreadable: {text: "the record of the last sync cannot be read, so every report that it described is described again"},
	IdentityChanged:  {text: "{changed|identity} is another than in the last sync, so every report is described again"},
	StreamsUnreadable: {text: "{count} of the streams with what the earlier sync {sync} knew cannot be read; their reports are described " +
		"again"},
	UnfinishedUnreadable: {text: "the state of the unfinished sync {sync} cannot be read, so what it described is described again"},
	MoreWarnings:         {text: "there are more warnings about what earlier syncs left in the bucket"},
	ShardDamaged:         {text: "what the bucket held of shard {shard} was damaged, so its reports were described again"},
	TypesRenewed: {
		text: "the columns of many reports of {count} report types had changed though the reports had not, so all reports of these types are " +
			"described again",
		one: "the columns of many reports of one report type had changed though the reports had not, so all reports of this type are " +
			"described again",
	},
	AuditsFailed: {
		text: "{count} reports whose dates stand still could not be described again, so what is known of them is of an earlier sync; each " +
			"is tried again after 1, 2, 4, 8 and then every 16 days, unless refresh.audit is 0",
		one: "{count} report whose date stands still could not be described again, so what is known of it is of an earlier sync; it is " +
			"tried again after 1, 2, 4, 8 and then every 16 days, unless refresh.audit is 0",
	},
	ColumnsMissing: {
		text: "Salesforce described {count} reports without some of their columns, so the files lack those",
		one:  "Salesforce described {count} report without some of its columns, so the files lack those",
	},
	FilesNotRemoved: {text: "old working files in the bucket could not be removed: give the worker the right to delete there; the next sync " +
		"tries again"},

	ShrunkReports: shrunk("report"), ShrunkDashboards: shrunk("dashboard"), ShrunkFolders: shrunk("folder"),
	ShrunkComponents: shrunk("component"), ShrunkUsers: shrunk("user"),
	NoReports: {text: "This first sync found no report at all"},
	OtherOrg:  {text: "The source leads to org {org_id}, the last sync read org {last_org_id}"},
	CoverageFell: {text: "{with_columns|have} columns, {coverage_percent} % of all; in the last sync {last_with_columns|number} had, " +
		"{last_coverage_percent} %"},
	PermissionLost:    {text: "The run-as user no longer has {permissions|lacking}"},
	PermissionMissing: {text: "The run-as user lacks {permissions|lacking}"},

	Approved:           {text: "approved by an operator{reason|because}{about|after}", join: ". "},
	ApprovedByFlag:     {text: "approved by --accept-shrink{about|after}", join: ". "},
	Discarded:          {text: "discarded by an operator{reason|because}{about|after}", join: ". "},
	DiscardedByExtract: {text: "discarded by extract, which asks nobody{about|after}", join: ". "},
	NotApproved:        {text: "discarded because nobody approved it in time{about|after}", join: ". "},
	SignalUnknown:      {text: "signal {signal} is not known; this sync takes pause and resume"},
	MoreSignalsUnknown: {text: "more signals are not known; this sync takes pause and resume"},
	SignalNotForwarded: {text: "signal {signal} was not forwarded: {workflow} does not run (any more)"},
	HistoryFull:        {text: "the history of this workflow is full, so it ends; {workflow} continues"},
	InputRefused:       {text: "{problem}"},

	NotDelivered:       {text: "the source has no {section} settings, so the extract stays in the bucket"},
	ExportNotDelivered: {text: "the source has no {section} settings, so the files of export {export} stay in the bucket"},
	ExportRefused:      {text: "the export {export} cannot be delivered as it is: {failure}"},
	ExportUntried:      {text: "export {export}: {about}"},
	DeliveryUntried:    {text: "{about}: whether the catalog takes the extract shows at the first delivery", join: ", and "},
	CatalogUnreachable: {text: "the catalog at {host} cannot be reached now ({cause})"},
	TokenUntried:       {text: "the catalog's token could not be tried ({about})"},
	NoPublicAPI:        {text: "with catalog.url there is no public API to ask"},
	NoAddress:          {text: "{host} is no address"},
	HostUnreachable:    {text: "{host} cannot be reached: {cause}"},
	AnswerBroken:       {text: "the answer of {host} broke off"},
	AnswerPage:         {text: "{host} answers with a web page{title|called}"},
	AnswerTrouble:      {text: "{host} is in trouble ({status})"},
	AnswerStatus:       {text: "{host} answers with {status}"},
	AnswerOther:        {text: "{host} answers with something other than was requested"},
	RenamedByProxy: {text: "a proxy changed the answers to the files of timestamp {timestamp} of export {export}, so nobody knows whether they arrived, " +
		"and the set went under a later one: let the answers of its target through as they are"},
	RenamedByReset: {text: "before its reset this sync had sent other content under timestamp {timestamp}, so the set went under a later one"},
	RenamedByOther: {text: "the target of export {export} held files of timestamp {timestamp} that another sync or program delivered, so the set went under a later one"},
}
