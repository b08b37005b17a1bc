package document

import (
	"fmt"
	"net/url"
	"strings"
)

// Markdown is the document for Temporal's UI, which hands it over within an address. It is cut between lines so that its part of an
// address has no more bytes than most; closing is kept.
func (d *Document) Markdown(most int, closing string) string {
	var b strings.Builder
	room := most - escaped(closing) - escaped(cutHere)
	for i, one := range d.blocks {
		for _, line := range one.markdown(i) {
			if room -= escaped(line); room < 0 {
				return b.String() + cutHere + closing
			}
			b.WriteString(line)
		}
	}
	return b.String() + closing
}

const cutHere = "\n*There is more in the result.*\n"

// escaped is how long a text is within an address.
func escaped(text string) int { return len(url.QueryEscape(text)) }

// markdown are the lines of the block that stands at the place.
func (b block) markdown(place int) (lines []string) {
	switch b.sort {
	case heading:
		level := "####"
		if place == 0 {
			level = "###"
		}
		return []string{fmt.Sprintf("%s %s\n\n", level, Escape(b.text))}
	case paragraph:
		return []string{Escape(b.text) + "\n\n"}
	case list:
		for _, item := range b.items {
			lines = append(lines, "- "+Escape(item)+"\n")
		}
		return append(lines, "\n")
	case rows:
		return append(b.table.markdown(), "\n")
	case command:
		return []string{fmt.Sprintf("%s: `%s`\n\n", Escape(b.text), strings.ReplaceAll(clean(b.items[0]), "`", "'"))}
	}
	return nil
}

func (t Table) markdown() (lines []string) {
	more := false
	for _, row := range t.Rows {
		more = more || len(row.Below) > 0
	}
	line := func(cells []string) string {
		for i, cell := range cells {
			cells[i] = Escape(cell)
		}
		return "| " + strings.Join(cells, " | ") + " |\n"
	}
	header := append([]string(nil), t.Header...)
	if more {
		header = append(header, "")
	}
	rule := "|"
	for i := range header {
		if i < len(t.Header) && len(t.Rows) > 0 && t.Rows[0].Cells[i].Right {
			rule += " ---: |"
			continue
		}
		rule += " --- |"
	}
	lines = []string{line(header), rule + "\n"}
	for _, row := range t.Rows {
		var cells []string
		for _, cell := range row.Cells {
			cells = append(cells, cell.Text)
		}
		if more {
			cells = append(cells, strings.Join(row.Below, " "))
		}
		lines = append(lines, line(cells))
	}
	return lines
}

var marks = strings.NewReplacer(
	`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "|", `\|`, "~", `\~`, "$", `\$`,
	"&", `\&`, "<", `\<`, ">", `\>`, "://", `\://`, "mailto:", `mailto\:`,
)

// Escape shows a text in Markdown as it is, whatever people have written into it. The UI would take HTML for HTML, and make a link of an
// address. An entity would be shown as it is written.
func Escape(text string) string { return marks.Replace(clean(text)) }
