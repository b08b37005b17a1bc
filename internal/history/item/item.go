// Package item is the line that the account of a sync keeps of one report, dashboard, dashboard component or folder.
package item

import (
	"fmt"
	"maps"
	"slices"

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
	ID          string            `json:"Id"` // 18 characters; lines are sorted by it, across all kinds
	Kind        Kind              `json:"kind"`
	Name        string            `json:"name,omitempty"`
	Folder      string            `json:"folder,omitempty"`       // Id of the folder of a report (its OwnerId) or a dashboard, and of the parent of a folder; of a user's private folder it is the user's
	Dashboard   string            `json:"dashboard,omitempty"`    // Id of the dashboard of a component
	Format      string            `json:"format,omitempty"`       // of a report
	RunningUser string            `json:"running_user,omitempty"` // Id: as whom a dashboard runs
	CreatedBy   string            `json:"created_by,omitempty"`
	ModifiedBy  string            `json:"modified_by,omitempty"`
	State       description.State `json:"state"`
	Reason      string            `json:"reason,omitempty"`       // a code
	Answer      string            `json:"answer,omitempty"`       // Salesforce's own text, with the reasons that show it
	Described   string            `json:"described_at,omitempty"` // of a report: when its columns were last read, RFC 3339, by Salesforce's clock
	FirstSeen   string            `json:"first_seen,omitempty"`   // the first sync that listed it, as far back as accounts were kept
	Since       string            `json:"since,omitempty"`        // the first sync of those in which it has been in this state, without a break; a line that lacks it has it of first_seen
	Delivered   map[string]string `json:"delivered,omitempty"`    // by export: the last sync before this one that delivered it
}

// Exists says whether the record is there and asked for, and so in the files of its sync.
func (i *Item) Exists() bool { return i.State.Wanted() }

// Append appends the line of i, without a newline, to dst. encoding/json reads it back.
func (i *Item) Append(dst []byte) ([]byte, error) {
	since := i.Since
	if since == i.FirstSeen { // of almost all lines
		since = ""
	}
	l := stream.BeginLine(dst)
	l.Text("Id", i.ID)
	for _, member := range [...]struct{ name, value string }{
		{"kind", string(i.Kind)},
		{"name", i.Name},
		{"folder", i.Folder},
		{"dashboard", i.Dashboard},
		{"format", i.Format},
		{"running_user", i.RunningUser},
		{"created_by", i.CreatedBy},
		{"modified_by", i.ModifiedBy},
		{"state", string(i.State)},
		{"reason", i.Reason},
		{"answer", i.Answer},
		{"described_at", i.Described},
		{"first_seen", i.FirstSeen},
		{"since", since},
	} {
		if member.value != "" {
			l.Text(member.name, member.value)
		}
	}
	if len(i.Delivered) > 0 {
		of := stream.BeginLine(nil)
		for _, export := range slices.Sorted(maps.Keys(i.Delivered)) {
			of.Text(export, i.Delivered[export])
		}
		raw, err := of.End()
		if err != nil {
			return dst, fmt.Errorf("encode the account's line of %s %s: %w", i.Kind, i.ID, err)
		}
		l.Body("delivered", raw)
	}
	line, err := l.End()
	if err != nil {
		return dst, fmt.Errorf("encode the account's line of %s %s: %w", i.Kind, i.ID, err)
	}
	return line, nil
}

// Decode reads a line.
func Decode(line []byte) (i Item, err error) {
	err = stream.Members(line, "", func(name, value []byte, _ int) (bool, error) {
		err := i.take(string(name), value)
		return err == nil, err
	})
	if err == nil && (len(i.ID) != stream.IDLen || i.Kind == "" || i.State == "") {
		err = stream.ErrMalformed
	}
	if err != nil {
		return Item{}, fmt.Errorf("read a line of the account: %w", err)
	}
	if i.Since == "" {
		i.Since = i.FirstSeen
	}
	return i, nil
}

// take reads one member of a line.
func (i *Item) take(name string, value []byte) (err error) {
	if name == "delivered" {
		i.Delivered = map[string]string{}
		return stream.Members(value, "", func(export, sync []byte, _ int) (bool, error) {
			i.Delivered[string(export)], err = stream.Text(sync)
			return err == nil, err
		})
	}
	text, known := i.text(name)
	if !known {
		return nil
	}
	*text, err = stream.Text(value)
	return err
}

// text is where the text of a member belongs.
func (i *Item) text(name string) (field *string, known bool) {
	switch name {
	case "Id":
		return &i.ID, true
	case "kind":
		return (*string)(&i.Kind), true
	case "name":
		return &i.Name, true
	case "folder":
		return &i.Folder, true
	case "dashboard":
		return &i.Dashboard, true
	case "format":
		return &i.Format, true
	case "running_user":
		return &i.RunningUser, true
	case "created_by":
		return &i.CreatedBy, true
	case "modified_by":
		return &i.ModifiedBy, true
	case "state":
		return (*string)(&i.State), true
	case "reason":
		return &i.Reason, true
	case "answer":
		return &i.Answer, true
	case "described_at":
		return &i.Described, true
	case "first_seen":
		return &i.FirstSeen, true
	case "since":
		return &i.Since, true
	}
	return nil, false
}
