package outbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

// clockTolerance is how far the clocks of two machines may differ before a time counts as the future.
const clockTolerance = 5 * time.Minute

// folder is what lies in a directory that is to be sent.
type folder struct {
	dir           string
	files, others []string
	own           []castor.Placed // the sets that extract has put there
	now           time.Time
	written       func(file string) time.Time // nil: not known
}

func readFolder(dir string, files, others []string, now time.Time) *folder {
	return &folder{
		dir: dir, files: files, others: others, own: castor.LastPlaced(dir), now: now,
		written: func(file string) time.Time {
			info, err := os.Stat(filepath.Join(dir, file))
			if err != nil {
				return time.Time{}
			}
			return info.ModTime()
		},
	}
}

// ahead says whether a timestamp is in the future. A set that extract has recorded never is, whatever the clock says.
func (f *folder) ahead(timestamp int64) bool {
	own := slices.ContainsFunc(f.own, func(placed castor.Placed) bool { return placed.Timestamp == timestamp })
	return !own && timestamp > f.now.Add(clockTolerance).Unix()
}

// sets groups the files of castor's names by timestamp.
func (f *folder) sets() map[int64][]string {
	sets := map[int64][]string{}
	for _, file := range f.files {
		if timestamp, name := splitName(file); timestamp > 0 && slices.Contains(setFiles, name) {
			sets[timestamp] = append(sets[timestamp], file)
		}
	}
	return sets
}

// newestSet sends the newest whole extract: the seven files of one timestamp. Everything else is named, so that nobody takes
// an old, torn or misnamed set for delivered.
func (f *folder) newestSet() (selection, error) {
	sets := f.sets()
	var newest, torn, ahead int64
	for timestamp, set := range sets {
		switch {
		case f.ahead(timestamp):
			ahead = max(ahead, timestamp)
		case len(set) == len(setFiles):
			newest = max(newest, timestamp)
		default:
			torn = max(torn, timestamp)
		}
	}
	switch {
	case newest > 0:
	case ahead > 0:
		return selection{}, fault.Invalidf("the directory %s holds no set to send: %s; run the extract again, or send all its files with --all",
			f.dir, f.aheadWords(ahead))
	default:
		return selection{}, noWholeSet(f.dir, torn, sets[torn])
	}
	chosen := selection{send: inOrder(sets[newest]), ignored: f.others}
	for _, placed := range f.own {
		if placed.Timestamp == newest {
			chosen.sums = placed.SHA256
		}
	}
	chosen.leave(f.files, func(file string) bool {
		timestamp, _ := splitName(file)
		return f.ahead(timestamp)
	})
	switch {
	case ahead > newest:
		chosen.newer = f.aheadWords(ahead)
	case torn > newest:
		chosen.newer = fmt.Sprintf("the newer set %d lacks files", torn)
	default:
		chosen.newer = f.writtenAfter(newest, sets)
	}
	return chosen, nil
}

// aheadWords say what is wrong with a timestamp in the future.
func (f *folder) aheadWords(timestamp int64) string {
	const tenDigits = 1e10
	if timestamp >= tenDigits {
		return fmt.Sprintf("the files %d-... begin with a number that is no time in seconds", timestamp)
	}
	by := time.Unix(timestamp, 0).Sub(f.now).Round(time.Minute)
	return fmt.Sprintf("the files %d-... are named %s ahead of this machine's clock, which says %s (castor names files so where the time zone "+
		"is west of UTC; with TZ=UTC it does not)", timestamp, by, humanize.Date(f.now))
}

// writtenAfter finds a whole set that was written after the chosen one, though it is older by its name.
func (f *folder) writtenAfter(chosen int64, sets map[int64][]string) string {
	if f.written == nil {
		return ""
	}
	summaryOf := func(timestamp int64) string { return strconv.FormatInt(timestamp, 10) + "-" + summaryFile }
	latest, of := f.written(summaryOf(chosen)).Add(clockTolerance), int64(0)
	for timestamp, set := range sets {
		if timestamp >= chosen || len(set) < len(setFiles) {
			continue
		}
		if at := f.written(summaryOf(timestamp)); at.After(latest) {
			latest, of = at, timestamp
		}
	}
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("the files %d-... were written after those that are sent, though their names say that they are older "+
		"(castor names files so where the time zone is east of UTC; with TZ=UTC it does not)", of)
}

// noWholeSet says that there is no set to send, and what the newest one lacks.
func noWholeSet(dir string, torn int64, set []string) error {
	if torn == 0 {
		return fault.Invalidf("the directory %s holds no Salesforce extract (files such as 1795451617-reports.json): "+
			"give its directory, or send all its files with --all", dir)
	}
	var missing []string
	for _, name := range setFiles {
		if file := strconv.FormatInt(torn, 10) + "-" + name; !slices.Contains(set, file) {
			missing = append(missing, file)
		}
	}
	return fault.Invalidf("the directory %s holds no whole extract: the newest lacks %s; run the extract again, or send all its files with --all",
		dir, strings.Join(missing, ", "))
}
