package account

import (
	"context"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/stream"
)

// take counts a record of the inventory, and adds what the sync before knew of it to what is kept; was is nil where that had none.
func (w *walk) take(kind listing.Kind, i *item.Item) (was *item.Item) {
	w.counted[kind]++
	if states := w.items[kind]; states != nil {
		states[i.State]++
	}
	i.FirstSeen, i.Since = w.Sync.ID, w.Sync.ID
	if !w.at.had || w.at.was.Kind != i.Kind {
		return nil
	}
	w.at.had = false
	w.past.carry(i, &w.at.was)
	return &w.at.was
}

// report takes a report, whose description was read before it.
func (w *walk) report(ctx context.Context, line []byte) error {
	if !w.at.now.has {
		return doesNotAddUp("report %s has no state", w.at.id)
	}
	head := &w.at.now.head
	i, name, err := recordOf(item.Report, line)
	if err != nil {
		return err
	}
	i.State, i.Reason, i.Answer = head.State, string(head.Reason), head.Answer
	if i.State.HasColumns() {
		i.Described = moment(head.At)
	}
	was := w.take(listing.Reports, &i)
	if i.State == description.StateDenied || i.State == description.StateFailed {
		w.gaps[i.Reason]++
		if err := w.folders.add(ctx, i.Folder, i.Reason); err != nil {
			return err
		}
	}
	message := head.Reason.Sentence(head.Answer)
	if err := w.show(&entry{kind: "report", id: i.ID, name: name, state: i.State, reason: i.Reason, message: message}); err != nil {
		return err
	}
	if err := w.parts.report(i.ID, i.Exists()); err != nil {
		return err
	}
	if err := w.keep(&i); err != nil {
		return err
	}
	return w.compare(was, &i)
}

func (w *walk) dashboard(_ context.Context, line []byte) error {
	i, name, err := recordOf(item.Dashboard, line)
	if err != nil {
		return err
	}
	i.State = description.StateListed
	was := w.take(listing.Dashboards, &i)
	if err := w.show(&entry{kind: "dashboard", id: i.ID, name: name, state: i.State}); err != nil {
		return err
	}
	if err := w.parts.dashboard(i.ID); err != nil {
		return err
	}
	if err := w.keep(&i); err != nil {
		return err
	}
	return w.compare(was, &i)
}

// component takes a component, with the first of its flaws.
func (w *walk) component(_ context.Context, line []byte) error {
	i, name, err := recordOf(item.Component, line)
	if err != nil {
		return err
	}
	i.State, i.Reason = description.StateListed, w.at.flaw
	was := w.take(listing.Components, &i)
	e := entry{kind: "component", id: i.ID, name: name, state: i.State, reason: i.Reason, message: item.ComponentMessages[i.Reason]}
	if err := w.show(&e); err != nil {
		return err
	}
	if err := w.keep(&i); err != nil {
		return err
	}
	return w.compare(was, &i)
}

// folder takes a folder, which account.jsonl does not have.
func (w *walk) folder(_ context.Context, line []byte) error {
	i, _, err := recordOf(item.Folder, line)
	if err != nil {
		return err
	}
	i.State = description.StateListed
	was := w.take(listing.Folders, &i)
	if err := w.keep(&i); err != nil {
		return err
	}
	return w.compare(was, &i)
}

func (w *walk) user(context.Context, []byte) error {
	w.counted[listing.Users]++
	if w.at.user {
		w.at.user = false
		return nil
	}
	return w.userChanged(true)
}

// userChanged notes that a user was added, or is gone. Nothing else is compared of people.
func (w *walk) userChanged(added bool) error {
	if w.log == nil {
		return nil
	}
	return w.log.Add(&change.Change{ID: w.at.id, Kind: item.User, Added: added, Gone: !added})
}

// goneOf takes the records of a kind that the last sync knew and that are not there any more.
func (w *walk) goneOf(kind listing.Kind) func(context.Context, []byte) error {
	singular := map[listing.Kind]item.Kind{listing.Reports: item.Report, listing.Dashboards: item.Dashboard}[kind]
	return func(_ context.Context, line []byte) error {
		name, err := stream.Member(line, "Name")
		if err != nil {
			return err
		}
		w.vanished[kind]++
		i := item.Item{
			ID: w.at.id, Kind: singular, State: description.StateGone, Reason: ReasonVanished, FirstSeen: w.Sync.ID, Since: w.Sync.ID,
		}
		if i.Name, err = stream.TextMember(line, "Name"); err != nil {
			return err
		}
		w.at.vanished = &i
		return w.show(&entry{
			kind: string(singular), id: i.ID, name: name, state: i.State, reason: i.Reason,
			message: "The last sync listed this " + string(singular) + ", and no listing has it any more: " +
				"it was deleted, or the run-as user no longer sees it.",
		})
	}
}

// compare writes what differs of a record between the sync before and this one; nil stands for a record that one of them has not.
func (w *walk) compare(was, now *item.Item) error {
	if w.log == nil {
		return nil
	}
	if was != nil && !was.Exists() {
		was = nil
	}
	if now != nil && !now.Exists() {
		now = nil
	}
	c := between(was, now)
	before, after := w.at.sides(was, now)
	if before != nil || after != nil {
		var err error
		if c.Columns, err = columnChanges(before, after); err != nil {
			return err
		}
		w.audits.count(before, &w.at.now, len(c.Columns) > 0)
	}
	return w.log.Add(&c)
}

// sides are the descriptions whose columns are to be compared; both are nil where they need not be.
func (g *group) sides(was, now *item.Item) (before, after *side) {
	if was != nil && was.Kind == item.Report && was.State.HasColumns() && g.old.has {
		before = &g.old
	}
	if now != nil && now.Kind == item.Report && now.State.HasColumns() && len(g.now.line) > 0 {
		after = &g.now
	}
	return before, after
}
