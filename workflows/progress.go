package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/inventory"
)

// Progress is the answer to the progress query.
type Progress struct {
	Source     string              `json:"source"`
	Sync       string              `json:"sync"`
	Phase      Phase               `json:"phase"`
	Started    time.Time           `json:"started"`
	Updated    time.Time           `json:"updated"` // when the counts last changed
	Kinds      activities.Kinds    `json:"kinds"`
	States     activities.States   `json:"states"`      // of the reports that have their state so far
	Reused     int64               `json:"reused"`      // reports whose columns were known and unchanged
	ToDescribe int64               `json:"to_describe"` // reports that this sync describes
	Described  int64               `json:"described"`   // of those, the ones in finished shards; running shards report theirs by heartbeat
	Shards     Count               `json:"shards"`
	Files      Count               `json:"files"`   // assembled
	Uploads    Count               `json:"uploads"` // delivered to the catalog
	APICalls   int64               `json:"api_calls"`
	Quota      *Quota              `json:"quota,omitempty"`
	Waiting    string              `json:"waiting,omitempty"` // why the sync waits, in plain words
	Until      *time.Time          `json:"until,omitempty"`   // when it goes on or gives up, where that is known
	Blocked    *activities.Failure `json:"blocked,omitempty"` // what blocks the sync, for machines
	Refused    *activities.Failure `json:"refused,omitempty"` // the login that is refused and tried again, for machines
	Warnings   []string            `json:"warnings"`
	Outcome    Outcome             `json:"outcome,omitempty"`

	Concerns   []activities.Concern `json:"concerns,omitempty"`    // what the sync holds for, for machines
	Unseen     *inventory.Unseen    `json:"unseen,omitempty"`      // reports that no listing has; once the account is written
	HandedOver *HandedOver          `json:"handed_over,omitempty"` // of a workflow that only stands for the one that syncs
}

// HandedOver names the workflow that syncs, where signals, updates and queries meet the sync itself.
type HandedOver struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id,omitempty"` // empty until it has begun
}

// Quota is what is known of the org's daily API calls, and how many of them the sync may use.
type Quota struct {
	Used    int64 `json:"used"` // by all users of the org in the last 24 hours, as last reported
	Max     int64 `json:"max"`
	Ceiling int   `json:"ceiling"` // percent of Max, for all users of the org
	Share   int   `json:"share"`   // percent of Max, for this sync in any 24 hours
	Leased  int64 `json:"leased"`  // granted to running activities
}

// Count is how many of a total are done.
type Count struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// answerProgress answers the progress query from now on.
func answerProgress(ctx workflow.Context, progress func() Progress) error {
	return workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (Progress, error) { return progress(), nil },
		workflow.QueryHandlerOptions{Description: "How far the sync is: phase, counts by kind and state, API calls, quota, warnings."})
}

// quotaOf is the account of API calls as the progress query shows it; nil before Salesforce reported any usage.
func quotaOf(b budgetState) *Quota {
	if b.Quota.Max <= 0 {
		return nil
	}
	return &Quota{
		Used: b.Quota.Used, Max: b.Quota.Max, Ceiling: b.Quota.Policy.Ceiling, Share: b.Quota.Policy.Share, Leased: b.Quota.Leased,
	}
}
