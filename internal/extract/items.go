package extract

import (
	"context"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// ReasonVanished is why a report or a dashboard of the last sync is counted as gone: no listing has it any more.
const ReasonVanished = "vanished"

// item is one line of the account.
type item struct {
	kind            string // in the singular
	id              string
	name            jsontext.Value // as Salesforce gave it; left out when it is no text
	state           inventory.State
	reason, message string // for people the message; both may be empty
}

// append adds the line of the item to dst. An item without its kind's best state must say why.
func (i *item) append(dst []byte) (_ []byte, err error) {
	switch i.state {
	case inventory.StateDescribed, inventory.StateReused, inventory.StateListed:
	default:
		if i.reason == "" || i.message == "" {
			return dst, wrong("the account does not add up: %s %s is %s and nothing says why", i.kind, i.id, i.state)
		}
	}
	add := func(key, value string) {
		if value == "" || err != nil {
			return
		}
		dst = append(append(append(dst, `,"`...), key...), `":`...)
		dst, err = jsontext.AppendQuote(dst, strings.ToValidUTF8(value, "\uFFFD"))
	}
	dst = append(append(append(dst, `{"kind":"`...), i.kind...), '"')
	add("id", i.id)
	if i.name.Kind() == '"' && err == nil {
		if dst, err = appendValue(append(dst, `,"name":`...), i.name); err != nil {
			return dst, err
		}
	}
	add("state", string(i.state))
	add("reason", i.reason)
	add("message", i.message)
	return append(dst, "}\n"...), err
}

// tally counts the lines of the account.
type tally struct {
	items    Items
	vanished map[inventory.Kind]int64
	unlisted int64 // reports that components show and no listing has
	hidden   int64 // components of which it cannot be read what report they show
}

// accounting is the account under way.
type accounting struct {
	Input
	tally
	w        *staging.FileWriter
	line     []byte
	progress *counter
}

// writeAccount writes the line of each item and counts them: the reports, then the dashboards, then the components.
func writeAccount(ctx context.Context, in Input) (tally, error) {
	w, err := in.Store.CreateFile(ctx, in.Sync.Account())
	if err != nil {
		return tally{}, err
	}
	defer w.Abort()
	a := &accounting{Input: in, w: w, progress: in.counter(), tally: tally{
		items: Items{inventory.Reports: {}, inventory.Dashboards: {}, inventory.Components: {}}, vanished: map[inventory.Kind]int64{},
	}}
	parts := newComponents(in)
	defer parts.close(ctx)
	steps := []func(context.Context, *components) error{
		a.sortComponents, a.reports, a.vanishedReports, a.dashboards, a.vanishedDashboards, a.components,
	}
	for _, step := range steps {
		if err := step(ctx, parts); err != nil {
			return tally{}, err
		}
	}
	a.hidden = parts.hidden
	_, err = w.Commit()
	return a.tally, err
}

// write adds one line.
func (a *accounting) write(i *item) (err error) {
	if a.line, err = i.append(a.line[:0]); err != nil {
		return err
	}
	a.progress.add()
	_, err = a.w.Write(a.line)
	return err
}

// reports writes the line of each report, and finds the components whose report is not in the files.
func (a *accounting) reports(ctx context.Context, parts *components) error {
	links := parts.walkReports(ctx)
	defer links.stop()
	for pair, err := range pairs(ctx, a.Input) {
		if err != nil {
			return err
		}
		head := &pair.head
		a.items[inventory.Reports][head.State]++
		err = a.write(&item{
			kind: "report", id: head.ID, name: member(pair.report, "Name"), state: head.State, reason: head.Reason, message: head.Message,
		})
		if err != nil {
			return err
		}
		if err := links.meet(head.ID, wanted(head.State)); err != nil {
			return err
		}
	}
	err := links.end()
	a.unlisted = links.unlisted
	return err
}

// dashboards writes the line of each dashboard, and finds the components whose dashboard is not in the files.
func (a *accounting) dashboards(ctx context.Context, parts *components) error {
	links := parts.walkDashboards(ctx)
	defer links.stop()
	for line, err := range a.inventory(ctx, inventory.Dashboards) {
		if err != nil {
			return err
		}
		id, err := inventory.LineID(line)
		if err != nil {
			return err
		}
		i := &item{kind: "dashboard", id: string(id), name: member(line, "Title"), state: inventory.StateListed}
		a.items[inventory.Dashboards][i.state]++
		if err := a.write(i); err != nil {
			return err
		}
		if err := links.meet(i.id, true); err != nil {
			return err
		}
	}
	return links.end()
}

func (a *accounting) vanishedReports(ctx context.Context, _ *components) error {
	return a.gone(ctx, inventory.Reports, "report")
}

func (a *accounting) vanishedDashboards(ctx context.Context, _ *components) error {
	return a.gone(ctx, inventory.Dashboards, "dashboard")
}

// gone writes the lines of what the last sync knew of a kind and what is not there any more.
func (a *accounting) gone(ctx context.Context, kind inventory.Kind, singular string) error {
	a.vanished[kind] = 0
	for line, err := range inventory.GoneSince(ctx, a.Store, a.Sync, kind) {
		if err != nil {
			return err
		}
		id, err := inventory.LineID(line)
		if err != nil {
			return err
		}
		a.vanished[kind]++
		err = a.write(&item{
			kind: singular, id: string(id), name: member(line, "Name"), state: inventory.StateGone, reason: ReasonVanished,
			message: "The last sync listed this " + singular + ", and no listing has it any more: " +
				"it was deleted, or the run-as user no longer sees it.",
		})
		if err != nil {
			return err
		}
	}
	return nil
}
