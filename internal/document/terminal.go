package document

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

const (
	// DefaultWidth is for what is no terminal.
	DefaultWidth = 80
	narrowest    = 60
	indent       = "  "
)

// Terminal is where a document is printed.
type Terminal struct {
	Width   int // in columns; DefaultWidth when zero
	Colours bool
}

var colours = map[Tone]text.Color{Good: text.FgGreen, Notable: text.FgYellow, Bad: text.FgRed, Faint: text.FgHiBlack}

func (t Terminal) tinted(words string, tone Tone) string {
	if colour, known := colours[tone]; known && t.Colours {
		return text.Escape(words, colour.EscapeSeq())
	}
	return words
}

// Print shows a document.
func (t Terminal) Print(w io.Writer, d *Document) {
	if t.Width == 0 {
		t.Width = DefaultWidth
	}
	t.Width = max(t.Width, narrowest)
	for i, b := range d.blocks {
		if i > 0 && apart(d.blocks[i-1].sort, b.sort) {
			_, _ = fmt.Fprintln(w)
		}
		switch b.sort {
		case heading:
			for _, line := range t.wrap(b.text, 0) {
				_, _ = fmt.Fprintln(w, t.tinted(line, b.tone))
			}
		case paragraph:
			t.line(w, "", b.text)
		case list:
			for _, item := range b.items {
				t.line(w, indent, item)
			}
		case rows:
			t.table(w, b.table)
		case command:
			t.line(w, "", b.text+":")
			_, _ = fmt.Fprintln(w, indent+clean(b.items[0]))
		}
	}
}

// apart says whether an empty line stands between two blocks.
func apart(above, below sort) bool {
	if below == list {
		return above == list
	}
	return below != paragraph || above == rows || above == list || above == command
}

// line prints a text behind a label. Further lines begin below the text, and a little to the right in a list.
func (t Terminal) line(w io.Writer, label, says string) {
	hang := strings.Repeat(" ", 2*len(label))
	for i, line := range t.wrap(says, len(hang)) {
		if i > 0 {
			label = hang
		}
		_, _ = fmt.Fprintln(w, label+line)
	}
}

// wrap breaks what is said.
func (t Terminal) wrap(says string, before int) []string { return Wrap(clean(says), t.Width-before) }

// Wrap breaks a text between words into lines of a width. Where a word is longer than the line, the line is longer: nobody could copy an Id
// in two parts.
func Wrap(says string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(says) {
		switch {
		case line == "":
			line = word
		case text.StringWidth(line)+1+text.StringWidth(word) > width:
			lines = append(lines, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}

// table prints rows of one line each, and sentences below them.
func (t Terminal) table(w io.Writer, of Table) {
	writer := table.NewWriter()
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options.SeparateColumns, style.Options.DrawBorder, style.Options.SeparateHeader = false, false, false
	style.Box.PaddingLeft, style.Box.PaddingRight = "", indent
	writer.SetStyle(style)
	header := make(table.Row, len(of.Header))
	for i, name := range of.Header {
		header[i] = name
	}
	writer.AppendHeader(header)
	widths := t.widths(of)
	configs := make([]table.ColumnConfig, len(of.Header))
	for i := range configs {
		configs[i] = table.ColumnConfig{Number: i + 1}
	}
	for _, row := range of.Rows {
		cells := make(table.Row, len(row.Cells))
		for i, cell := range row.Cells {
			if cell.Right {
				configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
			}
			cells[i] = t.tinted(cut(clean(cell.Text), widths[i]), cell.Tone)
		}
		writer.AppendRow(cells)
	}
	writer.SetColumnConfigs(configs)
	for i, line := range strings.Split(writer.Render(), "\n") {
		_, _ = fmt.Fprintln(w, strings.TrimRight(line, " "))
		if i == 0 || i > len(of.Rows) {
			continue
		}
		for _, says := range of.Rows[i-1].Below {
			t.line(w, " "+indent, says)
		}
	}
}

// widths are those of the columns: the widest texts are cut where a line would be too long.
func (t Terminal) widths(of Table) []int {
	widths := make([]int, len(of.Header))
	for i, name := range of.Header {
		widths[i] = text.StringWidth(name)
		for _, row := range of.Rows {
			widths[i] = max(widths[i], text.StringWidth(clean(row.Cells[i].Text)))
		}
	}
	const padding, least = 2, 12
	for {
		sum, widest := -padding, 0
		for i, width := range widths {
			sum += width + padding
			if width > widths[widest] {
				widest = i
			}
		}
		if sum <= t.Width || widths[widest] <= least {
			return widths
		}
		widths[widest]--
	}
}

func cut(says string, width int) string {
	if text.StringWidth(says) <= width {
		return says
	}
	return text.Trim(says, width-1) + "…"
}
