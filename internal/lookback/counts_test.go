package lookback

import (
	"io/fs"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// tally counts the lines of compare as a history counts changes.
func tally(lines []string) change.Counts {
	counts, columns, lost := change.Counts{}, map[string]bool{}, map[string]bool{}
	for _, line := range lines {
		if words := strings.SplitN(line, " ", 4); words[2] == "lost" {
			lost[words[1]] = true
		}
	}
	for _, line := range lines {
		words := strings.SplitN(line, " ", 4)
		kind, id := item.Kind(words[0]), words[1]
		t := counts[kind]
		switch words[2] {
		case "added":
			t.Added++
		case "gone":
			t.Gone++
		case "renamed":
			t.Renamed++
		case "moved":
			t.Moved++
		case "format":
			t.Format++
		case "runs":
			t.RunningUser++
		case "state":
			if !lost[id] {
				t.State++
			}
		case "lost", "gained", "column":
			switch {
			case columns[id]:
			case lost[id]:
				t.Lost++
			default:
				t.Columns++
			}
			columns[id] = true
			if words[2] == "lost" {
				t.LostColumns++
			}
		}
		counts[kind] = t
	}
	return counts
}

// requireCounts compares what the lines of a history count with the files of the two syncs.
func requireCounts(t *testing.T, said []answer.Sync, syncs []*truth) {
	t.Helper()
	delivered := ""
	byID := map[string]*truth{}
	for i, one := range syncs {
		byID[one.sync] = one
		line := said[len(syncs)-1-i]
		before := ""
		if i > 0 {
			before = syncs[i-1].sync
		}
		if one.deliver {
			before = delivered
		}
		if line.Compared != before || line.Delivered["castor"] != one.result.Uploaded {
			t.Errorf("sync %s is compared with %q, want %q; delivered: %v, want %v", one.sync, line.Compared, before, line.Delivered, one.result.Uploaded)
		}
		if from := byID[line.Compared]; from != nil {
			if diff := cmp.Diff(tally(compare(from, one)), line.Changes, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("the changes of %s since %s (-files +history):\n%s", one.sync, from.sync, diff)
			}
		}
		if one.result.Uploaded {
			delivered = one.sync
		}
	}
}

// folder is what lies in the bucket below one folder of the source.
type folder struct{ objects, bytes, largest int64 }

func (p *plant) stored(t *testing.T) map[string]*folder {
	t.Helper()
	all := map[string]*folder{}
	root := filepath.Join(p.dir, "bucket", "sources", acme)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		name, _, _ := strings.Cut(path[len(root)+1:], string(filepath.Separator))
		if all[name] == nil {
			all[name] = &folder{}
		}
		one := all[name]
		one.objects, one.bytes, one.largest = one.objects+1, one.bytes+info.Size(), max(one.largest, info.Size())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is stored for those who look back, in bytes: for 50,000 reports of which 1 % changed 4 MB an account and 40 kB of changes.
const (
	perReport = 80
	perChange = 80
	atLeast   = 4000 // of an object
)

// requireSmall bounds what is stored.
func (p past) requireSmall(t *testing.T) {
	t.Helper()
	stored := p.stored(t)
	changes := int64(0)
	for i := 1; i < len(p.syncs); i++ {
		changes += int64(len(compare(p.syncs[i-1], p.syncs[i])))
	}
	for name, one := range stored {
		t.Logf("%s: %d objects, %d bytes, the largest has %d", name, one.objects, one.bytes, one.largest)
	}
	reports := p.syncs[len(p.syncs)-1].result.Kinds.Reports
	if accounts := stored["accounts"]; accounts == nil || accounts.largest > reports*perReport+atLeast {
		t.Errorf("an account of %d reports has up to %+v bytes", reports, accounts)
	}
	if logs := stored["changes"]; logs == nil || logs.bytes > changes*perChange+atLeast*logs.objects {
		t.Errorf("the logs of %d changes have %+v bytes", changes, logs)
	}
}

// peak is how much memory, beyond what was in use, something needed at most.
func peak(do func()) int64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before, most := stats.HeapAlloc, atomic.Uint64{}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most.Store(max(most.Load(), now.HeapAlloc))
			select {
			case <-stop:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	do()
	close(stop)
	<-done
	return int64(most.Load()) - int64(before)
}
