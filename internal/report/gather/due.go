package gather

import (
	"context"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/planning"
)

// Bounds of what is read to know when denied reports are tried again: descriptions are large.
const (
	mostDue   = 10_000 // reports
	dueWithin = 30 * time.Second
)

// readDue finds the days on which the denied reports are tried again, as far as the descriptions of the sync are there and soon read.
func (p *sheet) readDue(ctx context.Context) error {
	if p.data.Record == nil {
		return nil
	}
	left := min(p.data.Record.States[description.StateDenied], mostDue)
	p.due = make(map[string]time.Time, left)
	if left == 0 {
		return nil
	}
	reading, cancel := context.WithTimeout(ctx, dueWithin)
	defer cancel()
	for line, err := range p.Store.Lines(reading, p.sync.Described()) {
		if err == nil {
			var head description.Description
			if head, err = description.DecodeHead(line); err == nil && head.State == description.StateDenied {
				p.due[head.ID] = planning.NextTry(&head)
				left--
			}
		}
		switch {
		case err != nil && (p.Store.Unreadable(err) || reading.Err() != nil):
			return ctx.Err() // the page says less
		case err != nil:
			return err
		case left == 0:
			return nil
		}
	}
	return nil
}
