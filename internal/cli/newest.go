package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"longhaul/internal/extract"
	"longhaul/internal/fault"
)

// clockTolerance is by how much clocks of two machines may differ before a time counts as still to come.
const clockTolerance = 5 * time.Minute

// pile is what lies in a directory that is to be delivered.
type pile struct {
	dir           string
	files, others []string
	own           []extract.Placed // that extract has put there
	now           time.Time
	written       func(file string) time.Time
}

func readPile(dir string, files, others []string, now time.Time) pile {
	return pile{
		dir: dir, files: files, others: others, own: extract.LastPlaced(dir), now: now,
		written: func(file string) time.Time {
			info, err := os.Stat(filepath.Join(dir, file))
			if err != nil {
				return time.Time{}
			}
			return info.ModTime()
		},
	}
}

// ahead says whether a timestamp is still to come. The record of an extract speaks for its own set, whatever the clock says.
func (p *pile) ahead(timestamp int64) bool {
	own := slices.ContainsFunc(p.own, func(placed extract.Placed) bool { return placed.Timestamp == timestamp })
	return !own && timestamp > p.now.Add(clockTolerance).Unix()
}

// newestSet sends the newest whole extract: the seven files of one timestamp. What else lies there is named, so that
// nobody takes an old, torn or misnamed set for delivered.
func newestSet(p pile) (selection, error) {
	sets := map[int64][]string{}
	for _, file := range p.files {
		if timestamp, name := splitName(file); timestamp > 0 && slices.Contains(setFiles, name) {
			sets[timestamp] = append(sets[timestamp], file)
		}
	}
	var newest, torn, ahead int64
	for timestamp, set := range sets {
		switch {
		case p.ahead(timestamp):
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
		return selection{}, fault.Invalidf("the directory %s holds no set to send: %s; run the extract again, or send whatever lies there with --all",
			p.dir, p.aheadOf(ahead))
	default:
		return selection{}, noWholeSet(p.dir, torn, sets[torn])
	}
	chosen := everything(sets[newest], p.others)
	for _, placed := range p.own {
		if placed.Timestamp == newest {
			chosen.sums = placed.SHA256
		}
	}
	for _, file := range p.files {
		timestamp, _ := splitName(file)
		switch {
		case slices.Contains(chosen.send, file):
		case p.ahead(timestamp):
			chosen.ahead = append(chosen.ahead, file)
		default:
			chosen.left = append(chosen.left, file)
		}
	}
	switch {
	case ahead > newest:
		chosen.newer = p.aheadOf(ahead)
	case torn > newest:
		chosen.newer = fmt.Sprintf("the newer set %d lacks files", torn)
	default:
		chosen.newer = p.writtenAfter(newest, sets)
	}
	return chosen, nil
}

// aheadOf says what is wrong with a timestamp that is still to come.
func (p *pile) aheadOf(timestamp int64) string {
	const tenDigits = 1e10
	if timestamp >= tenDigits {
		return fmt.Sprintf("the files %d-... begin with a number that is no time in seconds", timestamp)
	}
	by := time.Unix(timestamp, 0).Sub(p.now).Round(time.Minute)
	return fmt.Sprintf("the files %d-... are named %s ahead of this machine's clock, which says %s (castor names files so where the time zone "+
		"is west of UTC; with TZ=UTC it does not)", timestamp, by, p.now.UTC().Format(time.DateTime))
}

// writtenAfter finds a whole set that was written after the chosen one, though its name says that it is older.
func (p *pile) writtenAfter(chosen int64, sets map[int64][]string) string {
	if p.written == nil {
		return ""
	}
	summaryOf := func(timestamp int64) string { return strconv.FormatInt(timestamp, 10) + "-" + summaryFile }
	latest, of := p.written(summaryOf(chosen)).Add(clockTolerance), int64(0)
	for timestamp, set := range sets {
		if timestamp >= chosen || len(set) < len(setFiles) {
			continue
		}
		if at := p.written(summaryOf(timestamp)); at.After(latest) {
			latest, of = at, timestamp
		}
	}
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("the files %d-... were written after those that are sent, though their names say that they are older "+
		"(castor names files so where the time zone is east of UTC; with TZ=UTC it does not)", of)
}
