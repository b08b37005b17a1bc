package gather

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/report"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// A sorter sorts lines by a key of as many characters as an Id has. That of a gap has two for the reason, six for the folder and the rest for
// the beginning of the name. Gaps of one key are sorted in memory, as many as mostAlike at once.
const (
	keyOfName = stream.IDLen - 8
	mostAlike = 5000
)

// gaps yields the gaps by reason, folder and name.
func (p *sheet) gaps(ctx context.Context, yield func(report.Gap) bool) error {
	ranks := p.folders.ranks()
	sorter := stream.NewSorter(p.Store, p.sync)
	defer sorter.Close(context.WithoutCancel(ctx))
	var line []byte
	err := p.each(ctx, func(one *item.Item) (err error) {
		if !isGap(one) {
			return nil
		}
		if line, err = appendGap(line[:0], one, ranks[rowOf(one.Folder)]); err != nil {
			return err
		}
		return sorter.Add(ctx, line)
	})
	if err != nil {
		return err
	}
	key, alike := "", []report.Gap(nil)
	flush := func() bool {
		slices.SortFunc(alike, func(a, b report.Gap) int {
			return cmp.Or(cmp.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
		})
		for _, gap := range alike {
			if !yield(gap) {
				return false
			}
		}
		alike = alike[:0]
		return true
	}
	for line, err := range sorter.Lines(ctx) {
		if err != nil {
			return err
		}
		next, err := stream.LineID(line)
		if err != nil {
			return err
		}
		if string(next) != key || len(alike) == mostAlike {
			if key = string(next); !flush() {
				return nil
			}
		}
		gap, err := p.gap(line)
		if err != nil {
			return err
		}
		alike = append(alike, gap)
	}
	flush()
	return nil
}

// appendGap appends a gap behind its key.
func appendGap(dst []byte, one *item.Item, folder int) ([]byte, error) {
	reason := slices.Index(description.Reasons, description.Reason(one.Reason))
	if reason < 0 { // of a later version
		reason = len(description.Reasons)
	}
	l := stream.BeginLine(dst)
	l.ID(fmt.Appendf(nil, "%02d%06d%s", reason, folder, keyOf(one.Name)))
	for _, member := range [...][2]string{
		{"id", one.ID},
		{"name", one.Name},
		{"folder", one.Folder},
		{"state", string(one.State)},
		{"reason", one.Reason},
		{"answer", one.Answer},
		{"since", one.Since},
	} {
		l.Text(member[0], member[1])
	}
	return l.End()
}

// keyOf is the beginning of a name in as many characters as a key has for it, in the order of names. Bytes that a key cannot hold share one
// with their neighbours.
func keyOf(name string) string {
	key := []byte(strings.Repeat(" ", keyOfName))
	copy(key, strings.ToLower(name))
	for i, b := range key {
		switch {
		case b < ' ':
			key[i] = ' '
		case b == '"':
			key[i] = '!'
		case b == '\\':
			key[i] = '['
		case b > '~':
			key[i] = '~'
		}
	}
	return string(key)
}

// gap reads what appendGap wrote.
func (p *sheet) gap(line []byte) (report.Gap, error) {
	text := map[string]string{}
	err := stream.Members(line, "", func(name, value []byte, _ int) (bool, error) {
		plain, err := stream.Text(value)
		text[string(name)] = plain
		return err == nil, err
	})
	reason, state := description.Reason(text["reason"]), description.State(text["state"])
	full := answer.Full(p.Name)
	if p.data.Placed { // an extract has no such command
		full = ""
	}
	return report.Gap{
		ID: text["id"], Name: text["name"], Folder: p.folders.words(text["folder"]), State: state, Reason: text["reason"],
		Words: reason.Sentence(text["answer"]), Do: answer.Fix(state, reason, full), Since: began(text["since"]),
	}, err
}

// began is when a sync began, by its id.
func began(sync string) time.Time {
	at, _, _ := staging.ParseSyncID(sync)
	return at
}

// ranks are the places of folders in the order of what people read of them, from 1: 0 is that of a folder which the tree had no room for. The
// private ones share one.
func (t *tree) ranks() map[string]int {
	words := make(map[string]string, len(t.folders)+len(t.counts))
	for id := range t.folders {
		words[id] = strings.ToLower(t.words(id))
	}
	for id := range t.counts { // of what is hidden
		words[id] = strings.ToLower(t.words(id))
	}
	words[unfiled] = strings.ToLower(t.words(subject.OrgPrefix))
	ids := slices.SortedFunc(maps.Keys(words), func(a, b string) int { return cmp.Or(cmp.Compare(words[a], words[b]), cmp.Compare(a, b)) })
	ranks := make(map[string]int, len(ids))
	for i, id := range ids {
		ranks[id] = 1 + i
	}
	return ranks
}
