package workflows

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/document"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/warning"
)

// page is what Temporal's UI shows of the sync: Markdown, a line for each thing, the news first.
func (d *display) page(p Progress) string {
	b := new(page)
	switch {
	case p.Outcome != "":
		b.title(p.Source, p.Outcome.Words(p.Unseen))
		b.text("*Ended at %s, after %s.*", humanize.Date(d.ended), humanize.Duration(d.ended.Sub(p.Started)))
		d.why(b, p)
		b.WriteString("\n")
		d.gaps(b, p)
		d.deliveries(b)
	default:
		b.title(p.Source, phaseWords(p))
		b.text("*%s%s.*", asOf, second(p.Updated))
		b.wait(p)
		b.left(p)
	}
	b.counts(p, d.state.names(), d.state.Phase != PhaseEnumerate)
	d.changes(b)
	if p.Outcome == "" {
		d.gaps(b, p)
		b.quota(p)
	}
	d.account(b)
	if skips := history.SkipWords(p.Skips, humanize.Moment); skips != "" {
		b.line("%s", document.Escape(skips)) // the id of a schedule may be any text
	}
	b.warnings(p.Warnings)
	return b.String()
}

// page is a Markdown text that grows.
type page struct{ strings.Builder }

func (b *page) title(source, words string) { fmt.Fprintf(b, "### %s: %s\n", source, words) }

// text adds a paragraph.
func (b *page) text(format string, args ...any) { fmt.Fprintf(b, "\n"+format+"\n", args...) }

// line adds an item to the list. The first of a list needs an empty line before it.
func (b *page) line(format string, args ...any) { fmt.Fprintf(b, "- "+format+"\n", args...) }

// wait says why the sync stands still, until when, and what to do.
func (b *page) wait(p Progress) {
	switch {
	case p.Waiting == "" && p.Stalled != nil:
		what, do := p.StallWords()
		b.text("**Stalled:** %s.", what)
		b.text("**What to do:** %s.", cmp.Or(do, "fix that; the sync goes on by itself"))
		return
	case p.Waiting == "" && p.Trouble != "":
		what, do := fault.Halves(humanize.Clause(p.Trouble))
		b.text("**Waiting:** %s.", what)
		b.text("**What to do:** %s.", cmp.Or(do, "nothing, it continues by itself"))
		return
	case p.Waiting == "":
		return
	}
	if p.Phase == PhasePaused { // which the title says
		b.text("**By an operator** %s.", strings.TrimSuffix(strings.TrimPrefix(p.Waiting, byOperator), AfterResume))
		b.text("**To resume:** %s.", humanize.Clause(p.Do))
		return
	}
	what := cmp.Or(map[Phase]string{PhaseBlocked: "Blocked", PhaseHeld: "Held"}[p.Phase], "Waiting")
	if len(p.Concerns) > 1 {
		b.text("**%s%s:**\n", what, whenWords(p))
		for _, c := range p.Concerns {
			b.line("%s", c.Sentence())
		}
	} else {
		b.text("**%s%s:** %s.", what, whenWords(p), humanize.Clause(p.Why()))
	}
	if p.Do != "" {
		b.text("**What to do:** %s.", humanize.Clause(p.Do))
	}
}

// whenWords say when a wait ends, as far as that is known.
func whenWords(p Progress) string {
	switch {
	case p.Until != nil && (p.Phase == PhaseBlocked || p.Phase == PhaseHeld):
		return " until " + humanize.Moment(*p.Until) + " at the latest"
	case p.Until != nil:
		return " until " + humanize.Moment(*p.Until)
	case p.Looks != nil:
		return ", looks again at " + humanize.Moment(*p.Looks)
	default:
		return ""
	}
}

// counts say how far the sync is.
func (b *page) counts(p Progress, exports []string, listed bool) {
	of := func(done, total int64, what string) {
		if done > 0 { // before that a total says nothing
			b.line("%s of %s %s", humanize.Number(done), humanize.Number(total), what)
		}
	}
	if p.ToDescribe > 0 { // what lies ahead
		b.line("%s of %s reports looked at", humanize.Number(p.Done), humanize.Number(p.ToDescribe))
	}
	if p.Audits > 0 {
		b.line("Of those, %s of reports that did not change", humanize.Count(p.Audits, "audit"))
	}
	if p.Reused > 0 {
		b.line("%s known and unchanged, so reused", humanize.Count(p.Reused, "report"))
	}
	if p.Outcome == "" {
		of(int64(p.Shards.Done), int64(p.Shards.Total), "shards done")
	}
	for _, name := range exports {
		files := "files"
		if len(exports) > 1 {
			files = "files of " + name
		}
		sent := p.Uploads[name]
		all := sent.Total > 0 && sent.Done == sent.Total
		if !all {
			of(int64(p.Files[name].Done), int64(p.Files[name].Total), files+" written")
		}
		if !all || p.Outcome == "" { // the end has a line of its own, which says where they are
			of(int64(sent.Done), int64(sent.Total), files+" delivered")
		}
		if failure := p.Undelivered[name]; failure != nil {
			b.line("Export %s was not delivered: %s", name, failure.Message)
		}
	}
	if p.Kinds.Total() > 0 {
		b.line("In the org: %s", inOrg(p.Kinds, listed))
	} else if p.Listed > 0 {
		b.line("%s listed so far", humanize.Count(p.Listed, "record"))
	}
	b.line("%s by this sync", humanize.Count(p.APICalls, "API call"))
}

// gaps say how many reports should have columns and have none and why, and what the sync does not see.
func (d *display) gaps(b *page, p Progress) {
	if gaps := p.States.Gaps(); gaps > 0 {
		b.line("%s: %s", humanize.Count(gaps, "gap"), d.gapWords(p))
	}
	if p.Unseen != nil && p.Unseen.Words() != "" {
		b.line("Of what the run-as user does not see: %s", p.Unseen.Words())
	}
	if gone := d.state.Vanished; gone.Reports+gone.Dashboards > 0 {
		b.line("Gone since the last sync: %s, %s", humanize.Count(gone.Reports, "report"), humanize.Count(gone.Dashboards, "dashboard"))
	}
}

// changes say what a second round has brought.
func (d *display) changes(b *page) {
	if again := d.state.Again; again.ToDescribe > 0 {
		b.line("In a second round: %s changed meanwhile, %s added, %s deferred",
			humanize.Number(again.Changed), humanize.Number(again.Added), humanize.Number(again.Deferred))
	}
}

// gapWords count the gaps by reason, and by state while the reasons are not counted yet.
func (d *display) gapWords(p Progress) string {
	var words []string
	for _, reason := range description.Reasons {
		if n := d.state.Reasons[string(reason)]; n > 0 {
			words = append(words, fmt.Sprintf("%s %s", humanize.Number(n), reason.Words()))
		}
	}
	if len(words) > 0 {
		return strings.Join(words, "; ")
	}
	if p.States.Denied > 0 {
		words = append(words, humanize.Number(p.States.Denied)+" denied")
	}
	if p.States.Failed > 0 {
		words = append(words, humanize.Number(p.States.Failed)+" failed")
	}
	return strings.Join(words, ", ")
}

// why says why a sync did not come to its end, and what becomes of what it has read.
func (d *display) why(b *page, p Progress) {
	switch {
	case d.failure != nil:
		b.text("**Why:** %s.", humanize.Clause(d.failure.Message))
		b.text("**What to do:** fix that and start the sync again. What it has read is kept.")
	case p.Outcome == OutcomeCancelled:
		if d.because != "" {
			b.text("**Cancelled because:** %s.", document.Escape(humanize.Clause(d.because)))
		}
		b.text("What it has read is kept for the next sync. The catalog keeps what it has.")
	case p.Outcome == OutcomeDiscarded:
		b.text("Nothing of it reached the catalog, which keeps what it has. What it described is kept for the next sync.")
	}
}

// deliveries say where the files are.
func (d *display) deliveries(b *page) {
	for _, e := range d.state.all() {
		switch {
		case e.delivered():
			b.line("Delivered: %s to %s", humanize.Count(int64(e.Uploads), "file"), e.To)
		case e.done():
			b.line("Nothing was to be delivered: the files are in the bucket, below `%s`", d.state.Sync.Prefix())
		}
	}
}

// account says where to look for a single report, once that is written.
func (d *display) account(b *page) {
	if d.state.Unseen != nil {
		b.line("What became of each report and dashboard: `%s` in the bucket", d.state.Sync.Account())
	}
}

// warnings lists what people should know.
func (b *page) warnings(warnings []warning.Shown) {
	if len(warnings) == 0 {
		return
	}
	b.text("**Warnings**\n")
	for _, w := range warnings {
		b.line("%s", w.Message)
	}
}

// phaseWords say what the sync does, with the phase that the search attribute shows.
func phaseWords(p Progress) string {
	words := map[Phase]string{
		PhaseAuthenticate: "logging in", PhaseEnumerate: "listing the org", PhaseGuard: "comparing with the last sync",
		PhasePlan: "comparing the reports with what is known", PhaseDescribe: "describing reports",
		PhaseCatchUp: "bringing what changed meanwhile", PhaseAssemble: "writing the files", PhaseUpload: "delivering the files",
		PhaseRecord: "recording the sync",
	}[p.Phase]
	switch {
	case words == "":
		return string(p.Phase)
	case p.Waiting != "":
		words = "waiting"
	}
	return fmt.Sprintf("%s (%s)", words, p.Phase)
}

// handedOverPage is what the UI shows of a workflow that stands for the one that syncs.
func handedOverPage(p Progress) string {
	b := new(page)
	title := "handed over"
	if p.Outcome != "" {
		title = string(p.Outcome)
	}
	b.title(p.Source, title)
	run := ""
	if p.HandedOver.RunID != "" {
		run = fmt.Sprintf(", run `%s`", p.HandedOver.RunID)
	}
	switch p.Outcome {
	case "":
		b.text("The sync runs as `%s`%s. Look there for its progress. Signals and updates that are sent here reach it.", p.HandedOver.WorkflowID, run)
	case OutcomeSkipped:
		b.text("Another sync of %s was already running, as `%s`%s, so this workflow did nothing.", p.Source, p.HandedOver.WorkflowID, run)
	default:
		b.text("The sync ran as `%s`%s. Look there for what became of it.", p.HandedOver.WorkflowID, run)
	}
	b.warnings(p.Warnings)
	return b.String()
}

const (
	asOf         = "As of "
	secondLayout = "2 Jan 2006 15:04:05 UTC" // that of humanize.Date, to the second
)

// ShownAt is the moment that the counts of a page are of; zero where it says none.
func ShownAt(page string) time.Time {
	_, rest, _ := strings.Cut(page, asOf)
	moment, _, _ := strings.Cut(rest, ".")
	at, err := time.Parse(secondLayout, moment)
	if err != nil {
		return time.Time{}
	}
	return at
}

// second is a moment to the second.
func second(t time.Time) string { return t.UTC().Format(secondLayout) }
