package monitor

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/humanize"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// sum adds up the counts of all exports.
func sum(counts map[string]workflows.Count) (done, total int64) {
	for _, count := range counts {
		done += int64(count.Done)
		total += int64(count.Total)
	}
	return done, total
}

// countWords say how many files are done, by export where there are more than one.
func countWords(counts map[string]workflows.Count, what string) string {
	if len(counts) < 2 {
		done, total := sum(counts)
		return fmt.Sprintf("%d of %d %s", done, total, what)
	}
	var words []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%s %d of %d", name, counts[name].Done, counts[name].Total))
	}
	return strings.Join(words, ", ") + " " + what
}

// undeliveredWords name the exports that were given up.
func (s Snapshot) undeliveredWords() string {
	var words strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.Undelivered)) {
		fmt.Fprintf(&words, "; export %s was not delivered: %s", name, humanize.Clause(s.Undelivered[name].Message))
	}
	return words.String()
}

// writeFiles writes the table of the files, one for each export.
func writeFiles(w io.Writer, r *workflows.Result) {
	for _, name := range slices.Sorted(maps.Keys(r.Files)) {
		if len(r.Files) > 1 {
			_, _ = fmt.Fprintf(w, "\nExport %s:\n", name)
		}
		_, _ = fmt.Fprintf(w, "\n%s\n", filesTable(r.Files[name]))
	}
}

// onlyCatalog says that the catalog alone gets files, so that nobody need hear of exports.
func onlyCatalog[T any](exports map[string]T) bool {
	_, has := exports[source.DefaultExport]
	return len(exports) == 0 || len(exports) == 1 && has
}

// deliveryWords say what the targets have: a sentence, or one for each export.
func deliveryWords(r *workflows.Result) string {
	if onlyCatalog(r.Exports) {
		if r.Uploaded {
			return "The catalog has all files; the summary went last."
		}
		return "Nothing was sent to a catalog."
	}
	var sentences []string
	for _, name := range slices.Sorted(maps.Keys(r.Exports)) {
		switch d := r.Exports[name]; {
		case d.Delivered:
			sentences = append(sentences, fmt.Sprintf("Export %s: all files were delivered to %s.", name, d.To))
		case d.Failure != nil:
			sentences = append(sentences, fmt.Sprintf("Export %s: not delivered: %s.", name, humanize.Clause(d.Failure.Message)))
		default:
			sentences = append(sentences, fmt.Sprintf("Export %s: nothing was sent.", name))
		}
	}
	return strings.Join(sentences, "\n")
}
