package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/history/item"
)

// byteOrder is what tells a spreadsheet that a file is UTF-8: without it Excel shows "Übersicht" as "Ãœbersicht".
const byteOrder = "\ufeff"

// gapColumns are the first line of the list of gaps.
var gapColumns = []string{"folder", "name", "link", "reason", "since"}

// unlisted says of the gaps of a sync whose account is not there that they are not known.
const unlisted = "The gaps of this sync are not known: it ended before its account was written, or the account is not kept any more."

// WriteGaps writes the gaps as a table that any spreadsheet opens. Where the address of the org is not known, a link is the Id alone.
func WriteGaps(w io.Writer, d *Data) error {
	if _, err := io.WriteString(w, byteOrder); err != nil {
		return fmt.Errorf("write the gaps: %w", err)
	}
	out := csv.NewWriter(w)
	problem := out.Write(gapColumns)
	if !d.Listed && problem == nil { // a heading alone would say that there are none
		problem = out.Write([]string{"", "", "", unlisted, ""})
	}
	err := d.Gaps(func(gap Gap) bool {
		link := d.Link(item.Report, gap.ID)
		if link == "" {
			link = gap.ID
		}
		row := []string{gap.Folder, gap.Name, link, gap.Words, ""}
		if !gap.Since.IsZero() {
			row[4] = gap.Since.UTC().Format(time.RFC3339)
		}
		for i := range row {
			row[i] = harmless(row[i])
		}
		problem = out.Write(row)
		return problem == nil
	})
	if err != nil {
		return err
	}
	if out.Flush(); problem == nil {
		problem = out.Error()
	}
	if problem != nil {
		return fmt.Errorf("write the gaps: %w", problem)
	}
	return nil
}

var (
	// breaks end a cell or a line in some spreadsheet, whatever stands around them.
	breaks = regexp.MustCompile(`[\t\r\n\v\f]+`)
	// formula is the beginning of what a spreadsheet computes. Where a semicolon separates cells, as in much of Europe, one may begin there
	// too. The wide forms are what Japanese and Chinese keyboards type.
	formula = regexp.MustCompile(`(^|;)([\s"']*)([=+\-@＝＋－＠])`)
)

// harmless is a text that no spreadsheet takes for a formula: an apostrophe stands before what would begin one.
func harmless(text string) string {
	text = strings.ToValidUTF8(breaks.ReplaceAllString(text, " "), "\ufffd")
	return formula.ReplaceAllString(text, "${1}'${2}${3}")
}
