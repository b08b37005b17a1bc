package outbox

import (
	"fmt"

	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

// Sent is one file of a delivery as --json shows it.
type Sent struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // in the catalog
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
	Status string `json:"status"`
}

// The statuses of a file.
const (
	statusDelivered = "delivered"
	statusThere     = "there" // an earlier upload of this folder had delivered it
	statusTaken     = "taken" // the catalog has a file of that name, and nothing says that it is this one
)

// Delivered is what --json prints of an upload.
type Delivered struct {
	Host    string   `json:"host"`
	Files   []Sent   `json:"files"`
	Ahead   []string `json:"ahead"`
	Left    []string `json:"left"`
	Ignored []string `json:"ignored"`
}

func newDelivered(host string, chosen selection) *Delivered {
	return &Delivered{
		Host: host, Files: []Sent{}, Ahead: orEmpty(chosen.ahead), Left: orEmpty(chosen.left), Ignored: orEmpty(chosen.ignored),
	}
}

func orEmpty(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// count gives how many files have a status, and their bytes.
func (d *Delivered) count(status string) (files, bytes int64) {
	for _, one := range d.Files {
		if one.Status == status {
			files++
			bytes += one.Bytes
		}
	}
	return files, bytes
}

// verdict makes it an error when nothing was delivered, unless all of it was delivered before, or when a file of a set was
// not: set says that the files are of use as a whole only.
func (d *Delivered) verdict(chosen selection, set bool) error {
	fresh, _ := d.count(statusDelivered)
	taken, _ := d.count(statusTaken)
	switch {
	case taken > 0 && (fresh == 0 || set):
		return &fault.Error{Class: fault.Invalid, System: fault.Catalog, Message: fmt.Sprintf(
			"%s: the catalog at %s has files of these names already (409), and nothing here shows that they are the same; "+
				"run the extract again, so that the set gets names of its own", short(fresh), d.Host)}
	case fresh > 0:
		return nil
	case chosen.newer != "":
		return fault.Invalidf("nothing was delivered: the set that is not ahead of the clock and whole was delivered before, and %s; "+
			"send all its files with --all, or run the extract again", chosen.newer)
	}
	return nil
}

// short says how much of a set was delivered that was not delivered whole.
func short(fresh int64) string {
	if fresh == 0 {
		return "nothing was delivered"
	}
	return fmt.Sprintf("the set is not delivered, only %s of it", humanize.Count(fresh, "file"))
}

// Sentence says what was delivered.
func (d *Delivered) Sentence() string {
	fresh, total := d.count(statusDelivered)
	there, _ := d.count(statusThere)
	taken, _ := d.count(statusTaken)
	if fresh == 0 {
		return fmt.Sprintf("Nothing was left to deliver: %s had been delivered to %s before.", humanize.Count(there, "file"), d.Host)
	}
	text := fmt.Sprintf("Delivered %s (%s) to %s", humanize.Count(fresh, "file"), humanize.Bytes(total), d.Host)
	if there > 0 {
		text += fmt.Sprintf("; %s had been delivered before", humanize.Count(there, "file"))
	}
	if taken > 0 {
		text += fmt.Sprintf("; of %s the catalog had the name already", humanize.Count(taken, "file"))
	}
	return text + "."
}
