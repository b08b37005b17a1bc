package staging

import "regexp"

// What a sync leaves for those who look back lies beside the folders of the syncs, since these go.

// AccountsPrefix is the prefix of the accounts of a source's syncs, oldest first.
func AccountsPrefix(source string) string { return "sources/" + source + "/accounts/" }

// AccountKey is the account of one sync: a stream of a line for each report, dashboard, component and folder.
func AccountKey(source, id string) string { return AccountsPrefix(source) + id + stream }

// ChangesPrefix is the prefix of the change logs of a source's syncs, oldest first.
func ChangesPrefix(source string) string { return "sources/" + source + "/changes/" }

// ChangesKey is the log of what changed from one sync to a later one. Logs follow each other: each begins where the one before ends.
func ChangesKey(source, to, from string) string {
	return ChangesPrefix(source) + to + "@" + from + stream
}

var changesKey = regexp.MustCompile(`(?:^|/)changes/([0-9A-Za-z.-]+)@([0-9A-Za-z.-]+)\.jsonl\.zst$`)

// ParseChanges parses the key of a change log; ok is false for every other key.
func ParseChanges(key string) (to, from string, ok bool) {
	m := changesKey.FindStringSubmatch(key)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// StartsPrefix is the prefix of the starts of a source's syncs, oldest first.
func StartsPrefix(source string) string { return "sources/" + source + "/starts/" }

// Start is what the sync was started with and as whom it reads the org, written when it owns the source.
func (y Sync) Start() string { return StartsPrefix(y.Source) + y.ID + ".json" }

// EndsPrefix is the prefix of the ends of those syncs of a source that have no record, oldest first.
func EndsPrefix(source string) string { return "sources/" + source + "/ends/" }

// End is how the sync ended if it has no record: it was cancelled, discarded, or failed.
func (y Sync) End() string { return EndsPrefix(y.Source) + y.ID + ".json" }
