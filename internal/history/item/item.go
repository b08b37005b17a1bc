// Package item is the line that the account of a sync keeps of one report, dashboard, dashboard component or folder.
package item

import (
	"encoding/json"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/stream"
)

// Kind is what a line is about, in the singular.
type Kind string

// The kinds of lines, and of changes. Users have no line: the account names people by Id only, where they made or changed something.
const (
	Report    Kind = "report"
	Dashboard Kind = "dashboard"
	Component Kind = "component"
	Folder    Kind = "folder"
	User      Kind = "user"
)

// Item is one line of the account. Sync ids stand for moments: they begin with the time at which their sync began.
type Item struct {
	ID         string            `json:"Id"` // 18 characters; lines are sorted by it, across all kinds
	Kind       Kind              `json:"kind"`
	Name       string            `json:"name,omitempty"`
	Folder     string            `json:"folder,omitempty"`    // Id of the folder of a report (its OwnerId) or a dashboard; of a user's private folder it is the user's
	Dashboard  string            `json:"dashboard,omitempty"` // Id of the dashboard of a component
	CreatedBy  string            `json:"created_by,omitempty"`
	ModifiedBy string            `json:"modified_by,omitempty"`
	State      description.State `json:"state"`
	Reason     string            `json:"reason,omitempty"`       // a code
	Answer     string            `json:"answer,omitempty"`       // Salesforce's own text, with the reasons that show it
	Described  string            `json:"described_at,omitempty"` // of a report: RFC 3339, by Salesforce's clock
	FirstSeen  string            `json:"first_seen,omitempty"`   // the first sync that listed it, as far back as accounts were kept
	Since      string            `json:"since,omitempty"`        // the first sync of those in which it has been in this state, without a break
	Delivered  map[string]string `json:"delivered,omitempty"`    // by export: the last sync before this one that delivered it
}

// Append appends the line of i, without a newline, to dst.
func (i *Item) Append(dst []byte) ([]byte, error) {
	raw, err := json.Marshal(i)
	if err != nil {
		return dst, fmt.Errorf("encode the account's line of %s %s: %w", i.Kind, i.ID, err)
	}
	return append(dst, raw...), nil
}

// Decode reads a line.
func Decode(line []byte) (Item, error) {
	var i Item
	if err := json.Unmarshal(line, &i); err != nil {
		return Item{}, fmt.Errorf("read a line of the account: %w: %w", stream.ErrMalformed, err)
	}
	if len(i.ID) != stream.IDLen || i.Kind == "" || i.State == "" {
		return Item{}, fmt.Errorf("read a line of the account: %w", stream.ErrMalformed)
	}
	return i, nil
}
