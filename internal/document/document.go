// Package document is a text for people, made once and shown alike on a terminal and in Temporal's UI.
package document

import (
	"fmt"
	"strings"
	"unicode"
)

// Document is what is shown, from top to bottom. It takes any text, such as names that people gave to records.
type Document struct{ blocks []block }

// Tone says whether a text is good news. A terminal shows it as a colour.
type Tone int

// The tones.
const (
	Plain Tone = iota
	Good
	Notable
	Bad
	Faint
)

// Cell is one field of a table.
type Cell struct {
	Text  string
	Tone  Tone
	Right bool // numbers
}

// Table has a header and rows of as many cells.
type Table struct {
	Header []string
	Rows   []Row
}

// Row is one row of a table, with what else there is to say of it.
type Row struct {
	Cells []Cell
	Below []string // sentences: below the row on a terminal, in a last column of the UI
}

// sort is what a block is.
type sort int

const (
	heading sort = iota
	paragraph
	list
	rows
	command
)

type block struct {
	sort  sort
	tone  Tone
	text  string
	items []string
	table Table
}

func (d *Document) add(b block) { d.blocks = append(d.blocks, b) }

// Title adds a line that names what follows.
func (d *Document) Title(tone Tone, format string, args ...any) {
	d.add(block{sort: heading, tone: tone, text: fmt.Sprintf(format, args...)})
}

// Say adds a paragraph.
func (d *Document) Say(format string, args ...any) {
	d.add(block{sort: paragraph, text: fmt.Sprintf(format, args...)})
}

// List adds a line for each item. A list without items adds nothing.
func (d *Document) List(items ...string) {
	if len(items) > 0 {
		d.add(block{sort: list, items: items})
	}
}

// Table adds a table. One without rows adds nothing.
func (d *Document) Table(t Table) {
	if len(t.Rows) > 0 {
		d.add(block{sort: rows, table: t})
	}
}

// Command adds something to type or to paste, word for word, behind what it is for.
func (d *Document) Command(purpose, text string) {
	d.add(block{sort: command, text: purpose, items: []string{text}})
}

// Of makes the cells of a row of texts.
func Of(texts ...string) (cells []Cell) {
	for _, text := range texts {
		cells = append(cells, Cell{Text: text})
	}
	return cells
}

// Number is a cell that stands on the right.
func Number(text string) Cell { return Cell{Text: text, Right: true} }

// zeroWidthJoiner joins emojis to one; it cannot turn a text around, as the marks of direction can.
const zeroWidthJoiner = '\u200d'

// clean makes one line of a text that anybody may have written: what a terminal would take for a command is shown as a mark.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r', r == ' ':
			return ' '
		case unicode.IsPrint(r), unicode.Is(unicode.Zs, r), r == zeroWidthJoiner: // spaces of other widths are part of a name
			return r
		default:
			return unicode.ReplacementChar
		}
	}, text)
}
