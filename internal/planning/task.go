package planning

import (
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// task is a report that is to be described.
type task struct {
	id       []byte
	modified string
	folder   string // OwnerId
	denials  int    // tries in a row that were refused before
	audit    bool   // its date stands still
}

// add adds the report to the stream of those to describe. It uses the memory of line.
func (t task) add(w *staging.Writer, line *[]byte) (err error) {
	if *line, err = t.append((*line)[:0]); err != nil {
		return err
	}
	return w.Append(*line)
}

// append appends the line of the report.
func (t task) append(dst []byte) ([]byte, error) {
	l := stream.BeginLine(dst)
	l.ID(t.id)
	l.Text("last_modified", t.modified)
	if t.folder != "" {
		l.Text("folder", t.folder)
	}
	if t.denials > 0 {
		l.Int("denials", int64(t.denials))
	}
	if t.audit {
		l.True("audit")
	}
	return l.End()
}
