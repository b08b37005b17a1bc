package workflows

import (
	"time"

	"longhaul/activities"
)

// Progress is the answer to the progress query.
type Progress struct {
	Source     string            `json:"source"`
	Sync       string            `json:"sync"`
	Phase      Phase             `json:"phase"`
	Started    time.Time         `json:"started"`
	Updated    time.Time         `json:"updated"` // when the counts last changed
	Kinds      activities.Kinds  `json:"kinds"`
	States     activities.States `json:"states"`      // of the reports settled so far
	Reused     int64             `json:"reused"`      // reports whose columns were known and unchanged
	ToDescribe int64             `json:"to_describe"` // reports that this sync describes
	Described  int64             `json:"described"`   // of those, the ones in finished shards; running shards tell theirs by heartbeat
	Shards     Count             `json:"shards"`
	Files      Count             `json:"files"`   // assembled
	Uploads    Count             `json:"uploads"` // delivered to the catalog
	APICalls   int64             `json:"api_calls"`
	Waiting    string            `json:"waiting,omitempty"` // why the sync waits, in plain words
	Warnings   []string          `json:"warnings"`
	Outcome    Outcome           `json:"outcome,omitempty"`
}

// Count is how many of a total are done.
type Count struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}
