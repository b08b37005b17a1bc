package account

import (
	"context"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// tally is what the account counts.
type tally struct {
	items    Items
	counted  map[listing.Kind]int64 // records of the inventory
	vanished map[listing.Kind]int64
	gaps     map[string]int64 // reports that lack columns for a reason that somebody could fix, by its code
	unlisted int64            // reports that components show and no listing has
	hidden   int64            // components whose report cannot be read
	record   history.Counted
}

// walk is an account in progress: one merge of what the sync has with what the sync before left, by Id. Of one Id the lines of the sync
// before come first, then the description, and the record last.
type walk struct {
	Input
	tally
	past     before
	file     *staging.FileWriter // account.jsonl
	out      *staging.Writer     // the account's stream
	log      *change.Writer      // nil where there is nothing to compare with
	folders  *gaps
	parts    *components
	audits   audits
	progress *stream.Counter
	line     []byte
	at       group
}

// group is what was read of one Id so far.
type group struct {
	id       string
	was      item.Item // of the sync before
	had      bool      // there is such a line, and no record of this sync has been found for it
	user     bool      // the sync before had this user, and this one has not yet been found to
	old, now side
	vanished *item.Item // which the look-up did not find
	flaw     string     // of a component
}

// source is a stream of the walk and what is done with its lines.
type source struct {
	stream.Stream
	take func(ctx context.Context, line []byte) error
}

// sources are the streams of the walk: of one Id, their lines come in this order.
func (w *walk) sources(ctx context.Context) (all []source) {
	add := func(first string, s stream.Stream, take func(context.Context, []byte) error) {
		s.First = first
		all = append(all, source{s, take})
	}
	inventory := func(kind listing.Kind) stream.Stream { return stream.Stream{Lines: w.inventory(ctx, kind)} }
	if w.past.items {
		add("", stream.Stream{Lines: w.past.account(ctx, w.Store)}, w.wasItem)
	}
	add("", stream.Stream{Lines: description.Read(ctx, w.Store, w.Sync)}, w.described)
	if w.log != nil {
		add("", stream.Stream{Lines: w.past.descriptions(ctx, w.Store)}, w.wasDescribed)
		add("", stream.Stream{Lines: w.past.users(ctx, w.Store)}, w.at.wasUser)
	}
	for _, kind := range listing.LookedUpKinds {
		add("", stream.Stream{Lines: listing.Gone(ctx, w.Store, w.Sync, kind)}, w.goneOf(kind))
	}
	add("", inventory(listing.Users), w.user)
	add("", inventory(listing.Reports), w.report)
	add("", inventory(listing.Folders), w.folder)
	add("", inventory(listing.Dashboards), w.dashboard)
	if w.parts.first != "" { // the Ids of components come after those of what they point to, so those have all been read by then
		add(w.parts.first, stream.Stream{Lines: w.parts.flawed(ctx)}, w.at.because)
		add(w.parts.first, inventory(listing.Components), w.component)
	}
	return all
}

// run reads all streams.
func (w *walk) run(ctx context.Context) error {
	sources := w.sources(ctx)
	streams := make([]stream.Stream, len(sources))
	for i, s := range sources {
		streams[i] = s.Stream
	}
	for line, err := range stream.Merge(streams...) {
		if err != nil {
			return err
		}
		if string(line.ID) != w.at.id {
			if err := w.end(); err != nil {
				return err
			}
			w.at.begin(string(line.ID))
		}
		if err := sources[line.Stream].take(ctx, line.Line); err != nil {
			return err
		}
		w.progress.Add()
	}
	if err := w.end(); err != nil {
		return err
	}
	return w.parts.end()
}

// begin begins another Id.
func (g *group) begin(id string) {
	g.id, g.had, g.user, g.vanished, g.flaw = id, false, false, nil, ""
	g.old.reset()
	g.now.reset()
}

func (w *walk) wasItem(_ context.Context, line []byte) (err error) {
	if w.at.was, err = item.Decode(line); err != nil {
		return &unreadError{err: err}
	}
	w.at.had = true
	return nil
}

// described takes the description of this sync. Its columns are compared only where they may have changed.
func (w *walk) described(_ context.Context, line []byte) (err error) {
	now := &w.at.now
	if now.head, err = description.DecodeHead(line); err != nil {
		return err
	}
	now.has = true
	w.audits.see(&now.head)
	reused := w.at.had && w.at.was.State.HasColumns() && now.head.State.HasColumns() && w.at.was.Described == moment(now.head.At)
	if w.log != nil && !reused {
		now.keep(line)
	}
	return nil
}

// moment is a time as a line of the account has it.
func moment(at time.Time) string { return at.Format(time.RFC3339Nano) }

func (w *walk) wasDescribed(_ context.Context, line []byte) (err error) {
	if w.at.now.has && len(w.at.now.line) == 0 {
		return nil
	}
	if w.at.old.head, err = description.DecodeHead(line); err != nil {
		return &unreadError{details: true, err: err}
	}
	w.at.old.has = true
	w.at.old.keep(line)
	return nil
}

// because takes a flaw of a component.
func (g *group) because(_ context.Context, line []byte) error {
	why, err := stream.TextMember(line, "reason")
	if err == nil && (g.flaw == "" || why == ReasonDashboardNotListed) {
		g.flaw = why
	}
	return err
}

func (g *group) wasUser(context.Context, []byte) error {
	g.user = true
	return nil
}

// end ends an Id: what the sync before had and this one has not is gone.
func (w *walk) end() error {
	switch {
	case w.at.user:
		w.at.user = false
		return w.userChanged(false)
	case w.at.had && w.at.was.Exists():
		return w.lost()
	case !w.at.had && w.at.vanished != nil:
		return w.keep(w.at.vanished)
	}
	return nil
}

// lost writes the line of a record that the sync before had: for this sync only.
func (w *walk) lost() error {
	was, i := &w.at.was, w.at.was
	i.State, i.Reason, i.Answer, i.Since = description.StateGone, ReasonVanished, "", w.Sync.ID
	w.past.carry(&i, was)
	if err := w.keep(&i); err != nil {
		return err
	}
	return w.compare(was, nil)
}

// keep writes a line of the account's stream.
func (w *walk) keep(i *item.Item) (err error) {
	if w.line, err = i.Append(w.line[:0]); err != nil {
		return err
	}
	return w.out.Append(w.line)
}

// show writes a line of account.jsonl.
func (w *walk) show(e *entry) (err error) {
	if w.line, err = e.append(w.line[:0]); err != nil {
		return err
	}
	_, err = w.file.Write(w.line)
	return err
}
