package monitor

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// Summarize writes a finished sync for people: how it ended, counts by kind and state, files, calls, time. Of the warnings that the
// reader has seen already it tells the number alone.
func Summarize(w io.Writer, r *workflows.Result, seen []string, colours bool) {
	summarize(w, r, seen, colours, true)
}

// summarize leaves the delivery out where something else says what the catalog has.
func summarize(w io.Writer, r *workflows.Result, seen []string, colours, delivery bool) {
	if r.Outcome == workflows.OutcomeSkipped && r.Skipped != nil {
		_, _ = fmt.Fprintf(w, "Sync of %s: skipped, because %s was already running (run %s).\n", r.Source, r.Skipped.WorkflowID, r.Skipped.RunID)
		return
	}
	_, _ = fmt.Fprintf(w, "\nSync of %s: %s\n\n", r.Source, headline(r, colours))
	_, _ = fmt.Fprintln(w, countsTable(r))
	writeFiles(w, r)
	_, _ = fmt.Fprintln(w)
	for _, line := range changeWords(r) {
		_, _ = fmt.Fprintln(w, line)
	}
	if delivery {
		_, _ = fmt.Fprintln(w, deliveryWords(r))
	}
	again := int64(0)
	for _, warning := range r.Warnings {
		if slices.Contains(seen, warning.Message) {
			again++
			continue
		}
		_, _ = fmt.Fprintf(w, "Warning: %s\n", warning.Message)
	}
	if again > 0 {
		_, _ = fmt.Fprintf(w, "%s shown above.\n", humanize.Count(again, "warning"))
	}
}

// headline says how a sync ended, and what it took.
func headline(r *workflows.Result, colours bool) string {
	took := humanize.Duration(time.Duration(r.Seconds * float64(time.Second)))
	return fmt.Sprintf("%s in %s, %s%s", tinted(r, colours), took, humanize.Count(r.APICalls, "API call"), coverageWords(r))
}

// coverageWords say how many reports have columns. A sync that ended before all had their state does not know, and one that found no report
// has nothing to say.
func coverageWords(r *workflows.Result) string {
	switch {
	case r.States.Total() == 0 || r.Coverage == 0 && r.States.Described+r.States.Reused > 0:
		return ""
	case r.Outcome != workflows.OutcomeComplete && r.Outcome != workflows.OutcomeGaps && len(r.Files) == 0:
		return ""
	case r.States.Total() == r.States.Filtered+r.States.Gone:
		return ", no report is left that could have columns"
	}
	return fmt.Sprintf(", %.1f%% of the reports have columns", floored(100*r.Coverage))
}

// changeWords say how many gaps there are and why, in the words of the table above it, and what is gone since the last sync.
func changeWords(r *workflows.Result) (lines []string) {
	var reasons []string
	for _, reason := range slices.Sorted(maps.Keys(r.Reasons)) {
		if words := description.Reason(reason).Words(); words != "" {
			reasons = append(reasons, humanize.Number(r.Reasons[reason])+" "+words)
		}
	}
	if gaps := r.States.Gaps(); gaps > 0 && len(reasons) > 0 {
		lines = append(lines, fmt.Sprintf("%s: %s.", humanize.Count(gaps, "gap"), strings.Join(reasons, "; ")))
	}
	if gone := r.Vanished; gone.Reports+gone.Dashboards > 0 {
		lines = append(lines, fmt.Sprintf("Gone since the last sync: %s, %s.",
			humanize.Count(gone.Reports, "report"), humanize.Count(gone.Dashboards, "dashboard")))
	}
	return lines
}

// floored rounds down, so that 99.99% does not look like all.
func floored(percent float64) float64 { return math.Floor(percent*10) / 10 }

func tinted(r *workflows.Result, colours bool) string {
	words := r.Outcome.Words(r.Unseen)
	if words != string(r.Outcome) {
		words += ","
	}
	if !colours {
		return words
	}
	colour := text.FgGreen
	if words != string(workflows.OutcomeComplete) {
		colour = text.FgYellow
	}
	return text.Escape(words, colour.EscapeSeq())
}

func newTable(header ...any) table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateColumns = false
	style.Options.DrawBorder = false
	t.SetStyle(style)
	t.AppendHeader(header)
	return t
}

// countsTable shows the kinds of records beside the states of the reports.
func countsTable(r *workflows.Result) string {
	kinds := []struct {
		name  string
		count int64
	}{
		{"folders", r.Kinds.Folders},
		{"reports", r.Kinds.Reports},
		{"dashboards", r.Kinds.Dashboards},
		{"components", r.Kinds.Components},
		{"users", r.Kinds.Users},
	}
	states := statesOf(r.States)
	t := newTable("Kind", "Records", "State of a report", "Reports")
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 4, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	for i := range max(len(kinds), len(states)) {
		row := table.Row{"", "", "", ""}
		if i < len(kinds) {
			row[0], row[1] = kinds[i].name, humanize.Number(kinds[i].count)
		}
		if i < len(states) {
			row[2], row[3] = states[i].name, humanize.Number(states[i].count)
		}
		t.AppendRow(row)
	}
	return rendered(t)
}

// rendered takes the spaces off the ends of lines.
func rendered(t table.Writer) string {
	lines := strings.Split(t.Render(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Join(lines, "\n")
}

type stateCount struct {
	name  string
	count int64
}

// statesOf lists the states that have reports.
func statesOf(s activities.States) []stateCount {
	var present []stateCount
	for _, state := range []stateCount{
		{"described", s.Described}, // the words behind the colons are those of docs/errors.md
		{"reused: columns known and unchanged", s.Reused},
		{"obsolete: by its definition", s.Obsolete},
		{"unsupported: it has no columns", s.Unsupported},
		{"denied: what it reports on is closed", s.Denied},
		{"failed: no try brought its columns", s.Failed},
		{"filtered: outside of the scope", s.Filtered},
		{"gone: deleted meanwhile, or hidden", s.Gone},
	} {
		if state.count > 0 {
			present = append(present, state)
		}
	}
	return present
}

func filesTable(files []activities.File) string {
	t := newTable("File", "Records", "Size")
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, Align: text.AlignRight, AlignHeader: text.AlignRight},
		{Number: 3, Align: text.AlignRight, AlignHeader: text.AlignRight},
	})
	for _, file := range files {
		t.AppendRow(table.Row{file.Name, humanize.Number(file.Count), humanize.Bytes(file.Bytes)})
	}
	return rendered(t)
}
