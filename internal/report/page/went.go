package page

import (
	"fmt"

	"longhaul/internal/history"
	"longhaul/internal/history/text"
	"longhaul/internal/humanize"
	"longhaul/internal/report"
)

// went is how the sync went, beside its outcome.
type went struct {
	*report.Data

	course history.Course
}

// Notes are the other sentences about the course of the sync.
func (w went) Notes() []string {
	var all []string
	for _, words := range []string{history.SkipWords(w.course.Skips, humanize.Date), before(w.course.Missed)} {
		if words != "" {
			all = append(all, text.Sentence(words))
		}
	}
	for _, order := range w.course.Orders {
		words := fmt.Sprintf("%s: somebody sent %s", humanize.Date(order.At), order.Name)
		if order.Reason != "" {
			words += " (" + name(order.Reason) + ")"
		}
		all = append(all, words+".")
	}
	return all
}

func before(missed *history.Missed) string {
	if words := missed.Words(humanize.Date); words != "" {
		return "before it, " + words
	}
	return ""
}

// Warnings are those of the sync.
func (w went) Warnings() []string {
	const most = 50
	var all []string
	for i, one := range w.course.Warnings {
		if i == most {
			rest := fmt.Sprintf("%d more", len(w.course.Warnings)-most)
			if w.Placed {
				return append(all, rest+".")
			}
			return append(all, fmt.Sprintf("%s: longhaul show %s %s", rest, w.Source, w.Sync))
		}
		all = append(all, cut(text.Sentence(one.Sentence()), 500))
	}
	return all
}
