package castor

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"longhaul/internal/account"
	"longhaul/internal/paths"
)

// Placed is a set that a delivery has put into a folder.
type Placed struct {
	Sync      string
	Timestamp int64             // in the names of its files
	SHA256    map[string]string // by name
}

// LastPlaced lists the sets that the folder's own records name, the newest first: that of the last delivery, and while
// one is under way or was cut short, that of this one.
func LastPlaced(out string) []Placed {
	var sets []Placed
	for _, list := range []string{pendingFile, manifestFile} {
		doc, ok := readList(filepath.Join(out, paths.StateDir, list))
		if !ok || doc.Timestamp <= 0 {
			continue
		}
		placed := Placed{Sync: doc.Sync, Timestamp: doc.Timestamp, SHA256: map[string]string{}}
		for _, f := range doc.Files[Name] {
			placed.SHA256[f.Name] = f.SHA256
		}
		sets = append(sets, placed)
	}
	return sets
}

func readList(path string) (doc account.Document, ok bool) {
	content, err := os.ReadFile(path) // in the folder the user named
	return doc, err == nil && json.Unmarshal(content, &doc) == nil
}

// ofASet matches the names of castor's files that begin with a time in seconds. More digits are milliseconds, or no time.
var ofASet = regexp.MustCompile(`^([1-9][0-9]{0,9})-([a-z_]+)\.json$`)

// latestTime bounds what is taken for a time in seconds, with room for one above it.
const latestTime = 9_999_999_998

// timeOf is the time that the name of one of castor's files begins with; 0 for every other name.
func timeOf(name string) int64 {
	parts := ofASet.FindStringSubmatch(name)
	if parts == nil || !slices.Contains(Names, parts[2]) {
		return 0
	}
	timestamp, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || timestamp > latestTime {
		return 0
	}
	return timestamp
}

// later is the timestamp for a set in a folder: its own, or the next one after all that lie there. Files whose names begin
// with a later time would pass for newer than the set, to the catalog as well; castor leaves such where the time zone is
// west of UTC.
func later(out string, sync string, own int64) (int64, error) {
	items, err := os.ReadDir(out)
	if os.IsNotExist(err) {
		return own, nil
	} else if err != nil {
		return 0, unwritable(out, err)
	}
	ours := owned(filepath.Join(out, paths.StateDir))
	timestamp := own
	for _, item := range items {
		if !slices.Contains(ours, item.Name()) {
			timestamp = max(timestamp, timeOf(item.Name())+1)
		}
	}
	for _, placed := range LastPlaced(out) {
		if placed.Sync != sync { // the same sync, delivered once more, keeps its names
			placed.Timestamp++
		}
		timestamp = max(timestamp, min(placed.Timestamp, latestTime+1))
	}
	return timestamp, nil
}

// renameSet puts the set under the timestamp that fits the folder. The summary keeps the time of the sync itself, as castor's
// does where the prefix is another time.
func (d *delivery) renameSet() error {
	timestamp, err := later(d.out, d.sync.ID, d.doc.Timestamp)
	if err != nil || timestamp == d.doc.Timestamp {
		return err
	}
	for i := range d.doc.Files[Name] {
		f := &d.doc.Files[Name][i]
		for _, name := range Names {
			if f.Name == FileName(d.doc.Timestamp, name) {
				d.inBucket[FileName(timestamp, name)] = f.Name
				f.Name = FileName(timestamp, name)
			}
		}
	}
	d.doc.Timestamp = timestamp
	return nil
}
