package control

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"

	"longhaul/internal/overview"
	"longhaul/workflows/question"
)

// mostPages bounds the pages of a list: a page holds about a hundred sources.
const mostPages = 50

// List lists the sources, by the workflow of that name, page by page.
func List(ctx context.Context, c client.Client) (all overview.List, err error) {
	in := question.Listing{}
	for range mostPages {
		var page overview.List
		id := question.ListID(strings.ToLower(rand.Text()[:inspectRandom]))
		if err := Ask(ctx, c, question.ListSourcesType, id, "list of the sources", in, &page); err != nil {
			return all, err
		}
		page.Sources = append(all.Sources, page.Sources...)
		for _, unread := range all.Unread { // each page says it for all sources
			if !slices.Contains(page.Unread, unread) {
				page.Unread = append(page.Unread, unread)
			}
		}
		if all = page; page.After == "" {
			break
		}
		in.After = page.After
	}
	return all, nil
}
