// Package text shows findings to people: a row a line, and below a row that asks for something what it costs, what to change and where.
package text

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"longhaul/internal/doctor"
	"longhaul/internal/document"
	"longhaul/internal/humanize"
)

const (
	indent = "  "
	mark   = 7 // columns of the mark before a row
	// DefaultWidth is for what is no terminal.
	DefaultWidth = 100
	narrowest    = 60
)

// Page is where the findings are shown.
type Page struct {
	Width   int // in columns; DefaultWidth when zero
	Colours bool
	Brief   bool // only the rows that fail or warn
}

// marks are what stands before a row, with its colour.
var marks = map[doctor.Status]struct {
	word   string
	colour text.Color
}{
	doctor.Pass:    {"ok", text.FgGreen},
	doctor.Warn:    {"warn", text.FgYellow},
	doctor.Fail:    {"FAIL", text.FgRed},
	doctor.Skipped: {"-", text.FgHiBlack},
}

// Print shows a result.
func (p Page) Print(w io.Writer, r doctor.Result) {
	if p.Width == 0 {
		p.Width = DefaultWidth
	}
	p.Width = max(p.Width, narrowest)
	p.line(w, "", headline(r))
	fmt.Fprintln(w)
	title := 0
	for _, f := range r.Findings {
		if width := text.StringWidth(f.Title); width <= p.Width/3 {
			title = max(title, width)
		}
	}
	shared := places(r.Findings)
	rest := r.Findings
	if p.Brief {
		rest = slices.DeleteFunc(slices.Clone(rest), func(f doctor.Finding) bool { return f.Status != doctor.Fail && f.Status != doctor.Warn })
	}
	for len(rest) > 0 {
		alike := unasked(rest)
		if alike < leastAlike {
			one := rest[0]
			if shared[one.Where] > 1 && asks(one) {
				one.Where = "see the end"
			}
			p.row(w, one, title)
			rest = rest[1:]
			continue
		}
		p.together(w, rest[:alike])
		rest = rest[alike:]
	}
	p.closing(w, r.Findings, shared)
	if r.Worker != nil {
		fmt.Fprintln(w)
		p.line(w, "", "Asked on worker "+r.Worker.Label()+".")
		for _, other := range r.Worker.Others {
			p.line(w, "", "Other worker: "+other.Label())
		}
	}
}

// leastAlike is how many rows in a row are shown as one where they were skipped for one reason.
const leastAlike = 3

// mostTitles is how many of them are named.
const mostTitles = 6

// unasked counts the rows at the beginning that were skipped for one reason and say nowhere to look.
func unasked(rows []doctor.Finding) (n int) {
	for _, f := range rows {
		if f.Status != doctor.Skipped || f.Where != "" || f.Found != rows[0].Found {
			break
		}
		n++
	}
	return n
}

// together shows rows that were skipped for one reason.
func (p Page) together(w io.Writer, rows []doctor.Finding) {
	var titles []string
	for _, f := range rows[:min(len(rows), mostTitles)] {
		titles = append(titles, f.Title)
	}
	if more := len(rows) - len(titles); more > 0 {
		titles = append(titles, fmt.Sprintf("and %d more", more))
	}
	p.line(w, indent+p.word(doctor.Skipped), fmt.Sprintf("%d questions %s: %s", len(rows), rows[0].Found, strings.Join(titles, "; ")))
}

// asks says whether a row names something to change and where.
func asks(f doctor.Finding) bool {
	return (f.Status == doctor.Warn || f.Status == doctor.Fail) && f.Fix != "" && f.Where != ""
}

// places counts the rows that ask for something at each place.
func places(rows []doctor.Finding) map[string]int {
	counts := map[string]int{}
	for _, f := range rows {
		if asks(f) {
			counts[f.Where]++
		}
	}
	return counts
}

// closing says once what is to be changed at a place that several rows name.
func (p Page) closing(w io.Writer, rows []doctor.Finding, shared map[string]int) {
	said := map[string]bool{}
	for i, f := range rows {
		if shared[f.Where] < 2 || !asks(f) || said[f.Where] {
			continue
		}
		said[f.Where] = true
		var fixes []string
		for _, other := range rows[i:] {
			if asks(other) && other.Where == f.Where && !slices.Contains(fixes, other.Fix) {
				fixes = append(fixes, other.Fix)
			}
		}
		fmt.Fprintln(w)
		p.line(w, "At ", f.Where+":")
		for _, fix := range fixes {
			p.line(w, indent+"- ", fix)
		}
	}
}

// headline sums up.
func headline(r doctor.Result) string {
	return fmt.Sprintf("%s: %s. %s: %s. %s.", r.Source, r.Verdict(), humanize.Count(int64(len(r.Findings)), "question"), r.Tally(),
		humanize.Count(r.Calls, "API call"))
}

// word is the mark before a row.
func (p Page) word(status doctor.Status) string {
	known := marks[status]
	word := text.Pad(known.word, mark-len(indent), ' ')
	if p.Colours {
		word = text.Escape(word, known.colour.EscapeSeq())
	}
	return word
}

func (p Page) row(w io.Writer, f doctor.Finding, title int) {
	word := p.word(f.Status)
	hang := strings.Repeat(" ", mark)
	column := mark + title + len(indent)
	head := indent + word + text.Pad(f.Title, title, ' ') + indent
	for i, line := range document.Wrap(f.Found, p.Width-column) {
		switch {
		case i > 0:
			head = strings.Repeat(" ", column)
		case text.StringWidth(f.Title) > title: // a long title has a line of its own
			fmt.Fprintln(w, strings.TrimRight(head, " "))
			head = strings.Repeat(" ", column)
		}
		fmt.Fprintln(w, strings.TrimRight(head+line, " "))
	}
	if f.Status == doctor.Pass {
		return
	}
	for _, more := range []struct{ label, says string }{{"costs", f.Cost}, {"fix", f.Fix}, {"where", f.Where}} {
		if more.says != "" {
			p.line(w, hang+text.Pad(more.label+":", len("costs:"), ' ')+" ", more.says)
		}
	}
}

// line prints a text behind a label. Further lines begin below the text.
func (p Page) line(w io.Writer, label, says string) {
	width := text.StringWidthWithoutEscSequences(label)
	for i, line := range document.Wrap(says, p.Width-width) {
		if i > 0 {
			label = strings.Repeat(" ", width)
		}
		fmt.Fprintln(w, label+line)
	}
}
