package monitor

import (
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"longhaul/activities"
	"longhaul/internal/humanize"
	"longhaul/workflows"
)

// Summarize writes a finished sync for people: how it ended, counts by kind and state, files, calls, time.
func Summarize(w io.Writer, r *workflows.Result, colours bool) {
	if r.Outcome == workflows.OutcomeSkipped && r.Skipped != nil {
		_, _ = fmt.Fprintf(w, "Sync of %s: skipped, because %s was already running (run %s).\n", r.Source, r.Skipped.WorkflowID, r.Skipped.RunID)
		return
	}
	took := humanize.Duration(time.Duration(r.Seconds * float64(time.Second)))
	_, _ = fmt.Fprintf(w, "\nSync of %s: %s in %s, %s, %.1f%% of the reports have columns\n\n",
		r.Source, tinted(r, colours), took, humanize.Count(r.APICalls, "API call"), floored(100*r.Coverage))
	_, _ = fmt.Fprintln(w, countsTable(r))
	writeFiles(w, r)
	_, _ = fmt.Fprintf(w, "\n%s\n", deliveryWords(r))
	for _, warning := range r.Warnings {
		_, _ = fmt.Fprintf(w, "Warning: %s\n", warning.Message)
	}
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
		{"described", s.Described},
		{"reused: columns known and unchanged", s.Reused},
		{"obsolete: Salesforce dropped its type", s.Obsolete},
		{"unsupported: no columns", s.Unsupported},
		{"denied: the run-as user may not read it", s.Denied},
		{"failed: no answer after several tries", s.Failed},
		{"filtered: outside the scope", s.Filtered},
		{"gone: deleted during the sync", s.Gone},
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
