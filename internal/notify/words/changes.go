package words

import (
	"fmt"
	"strings"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/humanize"
)

// lost says how many columns are gone.
func (t telling) lost() string { return t.known.Lost.words() }

func (l Lost) words() string {
	if l.Columns == 0 {
		return ""
	}
	text := fmt.Sprintf("%s gone from %s", isOrAre(l.Columns, "column"), humanize.Count(l.Reports, "report"))
	switch percent := l.Percent(); {
	case l.Of == 0:
	case percent < 0.05:
		text += ", less than 0.1% of all"
	default:
		text += fmt.Sprintf(", %.1f%% of all", percent)
	}
	return text + "."
}

func isOrAre(n int64, noun string) string {
	if n == 1 {
		return humanize.Count(n, noun) + " is"
	}
	return humanize.Count(n, noun) + " are"
}

// named lists the reports that lost most columns.
func (t telling) named() string { return t.known.Lost.names() }

func (l Lost) names() string {
	var words []string
	for _, report := range l.Named[:min(len(l.Named), MostNamed)] {
		words = append(words, fmt.Sprintf("%s (%s)", quoted(report.Name), humanize.Number(report.Columns)))
	}
	if len(words) == 0 {
		return ""
	}
	text := "Most are gone from " + strings.Join(words, ", ")
	if more := l.Reports - int64(len(words)); more > 0 {
		text += fmt.Sprintf(" and %s more", humanize.Number(more))
	}
	return text + "."
}

// changes counts what differs from the delivery before, what is gone first.
func (t telling) changes() string {
	if t.known.Record == nil {
		return ""
	}
	if words := changeWords(t.known.Record.Changes); words != "" {
		return "Since the delivery before: " + words + "."
	}
	return ""
}

func changeWords(counts change.Counts) string {
	var words []string
	say := func(n int64, what string) {
		if n > 0 {
			words = append(words, humanize.Number(n)+" "+what)
		}
	}
	reports, dashboards := counts[item.Report], counts[item.Dashboard]
	say(reports.Gone, plural(reports.Gone, "report")+" gone")
	say(dashboards.Gone, plural(dashboards.Gone, "dashboard")+" gone")
	say(reports.Columns, plural(reports.Columns, "report")+" with other columns")
	say(reports.Added, plural(reports.Added, "report")+" added")
	say(dashboards.Added, plural(dashboards.Added, "dashboard")+" added")
	say(reports.Moved+dashboards.Moved, "moved")
	say(reports.Renamed+dashboards.Renamed, "renamed")
	return strings.Join(words, ", ")
}

func plural(n int64, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// week says what changed in a week: what was lost first.
func (t telling) week() []string {
	w := t.known.Week
	if w == nil {
		return []string{t.why()}
	}
	const day = "2 Jan"
	syncs := fmt.Sprintf("From %s to %s: %s delivered", w.From.UTC().Format(day), w.To.UTC().Format(day), humanize.Count(int64(w.Delivered), "sync"))
	if w.Failed > 0 {
		syncs += fmt.Sprintf(", %d failed", w.Failed)
	}
	lines := []string{syncs + ".", t.lost(), t.named()}
	if words := changeWords(w.Changes); words != "" {
		lines = append(lines, "Over the week: "+words+".")
	} else if t.known.Lost.Columns == 0 {
		lines = append(lines, "Nothing changed that the catalog shows.")
	}
	if w.Drifted > 0 {
		lines = append(lines, fmt.Sprintf("Drift: %s other columns, though the date stood still.", humanize.Have(w.Drifted, "report")))
	}
	lines = append(lines, t.coverage())
	cost := fmt.Sprintf("The syncs made %s", humanize.Count(w.APICalls, "API call"))
	if waits := waitWords(w.Waits); waits != "" {
		cost += ", and waited: " + waits
	}
	return append(lines, cost+".")
}
