package shard

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/slots"
	"longhaul/internal/staging"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testSync = staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}

func reportID(i int) string { return fmt.Sprintf("00O%012dAAA", i) }

// org is a Describer: every report takes latency and is answered by what reply gives; nil is a description.
type org struct {
	latency func(i int) time.Duration
	reply   func(i, call int) error

	mu     sync.Mutex
	calls  map[int]int
	total  int
	active int
	most   int
	starts []int
}

func newOrg(latency time.Duration) *org {
	return &org{latency: func(int) time.Duration { return latency }, calls: map[int]int{}}
}

func (o *org) DescribeReport(ctx context.Context, id string) (*salesforce.Description, error) {
	var i int
	if _, err := fmt.Sscanf(id, "00O%012dAAA", &i); err != nil {
		return nil, err
	}
	o.mu.Lock()
	o.calls[i]++
	call := o.calls[i]
	o.total++
	o.active++
	o.most = max(o.most, o.active)
	o.starts = append(o.starts, i)
	o.mu.Unlock()
	defer func() { o.mu.Lock(); o.active--; o.mu.Unlock() }()
	if d := o.latency(i); d > 0 {
		select {
		case <-time.After(d):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if o.reply != nil {
		if err := o.reply(i, call); err != nil {
			return nil, err
		}
	}
	return &salesforce.Description{
		ReportMetadata:         json.RawMessage(fmt.Sprintf(`{"name":"Umsatz & <%d>"}`, i)),
		ReportExtendedMetadata: json.RawMessage(`{"detailColumnInfo":{}}`),
		At:                     time.Now(),
	}, nil
}

// count gives all calls so far.
func (o *org) count() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.total
}

func failWith(class fault.Class) error {
	return &salesforce.Error{Class: class, Message: "refused", Op: "describe report"}
}

// plan puts the plan of shard 0 with n reports.
func plan(f *fakeStore, n int) {
	lines := make([][]byte, n)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, `{"Id":%q,"last_modified":"2026-01-01T00:00:00.000+0000"}`, reportID(i))
	}
	f.put(testSync.PlanShard(0), lines...)
}

func input(d Describer, width int) Input {
	return Input{Sync: testSync, Attempt: 1, Describer: d, Slots: slots.Fixed(width), FlushEvery: defaultFlushEvery}
}

// shardLines parses the finished shard.
func shardLines(t *testing.T, f *fakeStore) []description.Description {
	t.Helper()
	return parseLines(t, f, testSync.Shard(0))
}

func parseLines(t *testing.T, f *fakeStore, key string) []description.Description {
	t.Helper()
	var all []description.Description
	for line, err := range f.Lines(t.Context(), key) {
		if err != nil {
			t.Fatal(err)
		}
		var d description.Description
		if err := json.Unmarshal(line, &d); err != nil {
			t.Fatal(err)
		}
		all = append(all, d)
	}
	return all
}

// wantWhole fails unless the finished shard holds n reports in order and no part is left.
func wantWhole(t *testing.T, f *fakeStore, n int) []description.Description {
	t.Helper()
	all := shardLines(t, f)
	if len(all) != n {
		t.Fatalf("the shard holds %d reports, want %d", len(all), n)
	}
	for i, d := range all {
		if d.ID != reportID(i) {
			t.Fatalf("report %d of the shard is %s, want %s", i, d.ID, reportID(i))
		}
	}
	if left := f.keys(testSync.PartPrefix(0)); len(left) > 0 {
		t.Fatalf("parts are left: %v", left)
	}
	return all
}

func TestRun_describesEveryReportAtTheRateOfItsSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(150*time.Millisecond)
		f.latency = 20 * time.Millisecond
		plan(f, 250)
		started := time.Now()
		var last int
		in := input(o, 5)
		in.Progress = func(done, total int) {
			if done != last+1 || total != 250 {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done
		}
		result, err := run(t.Context(), in, f)
		if err != nil {
			t.Fatal(err)
		}
		// 250 reports in rounds of 5 take 50 × 150 ms; joining the parts takes one write more.
		if got, floor := time.Since(started), 7500*time.Millisecond; got > floor+100*time.Millisecond {
			t.Errorf("took %v, the floor is %v", got, floor)
		}
		if o.most != 5 || o.total != 250 || last != 250 {
			t.Errorf("%d in flight at most, %d calls, progress %d", o.most, o.total, last)
		}
		if result.Reports != 250 || result.States[description.StateDescribed] != 250 || result.Repeated != 0 || result.Partial {
			t.Errorf("result %+v", result)
		}
		if result.Object.Key != testSync.Shard(0) || result.Object.Count != 250 {
			t.Errorf("object %+v", result.Object)
		}
		all := wantWhole(t, f, 250)
		if string(all[7].ReportMetadata) != `{"name":"Umsatz & <7>"}` || all[7].ColumnsChecked == 0 || all[7].Modified == "" || all[7].At.IsZero() {
			t.Errorf("line %+v", all[7])
		}
		if f.overlap {
			t.Error("two flushes at once")
		}
		for i := 1; i < len(f.writes); i++ {
			if gap := f.writes[i].Sub(f.writes[i-1]); gap < 250*time.Millisecond {
				t.Errorf("flush %d began %v after the one before", i, gap)
			}
		}
		if len(f.writes) < 20 {
			t.Errorf("only %d flushes", len(f.writes))
		}
	})
}

func TestRun_writesAShortShardInOneObject(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(time.Millisecond)
		plan(f, 20)
		if _, err := run(t.Context(), input(o, 4), f); err != nil {
			t.Fatal(err)
		}
		wantWhole(t, f, 20)
		if len(f.writes) != 0 {
			t.Errorf("%d parts were written for nothing", len(f.writes))
		}
	})
}

func TestRun_answersFromAFinishedShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(time.Millisecond)
		o.reply = func(i, _ int) error {
			if i%10 == 3 {
				return failWith(fault.Obsolete)
			}
			return nil
		}
		plan(f, 40)
		first, err := run(t.Context(), input(o, 4), f)
		if err != nil {
			t.Fatal(err)
		}
		f.put(testSync.Part(0, reportID(1), reportID(2), 1), []byte(`{"Id":"left behind"}`))
		second, err := run(t.Context(), input(o, 4), f)
		if err != nil {
			t.Fatal(err)
		}
		if fmt.Sprint(first) != fmt.Sprint(second) || o.total != 40 {
			t.Errorf("first %+v, then %+v with %d calls", first, second, o.total)
		}
		wantWhole(t, f, 40)
	})
}

func TestRun_doesAnEmptyShard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFakeStore()
		plan(f, 0)
		result, err := run(t.Context(), input(newOrg(0), 4), f)
		if err != nil || result.Reports != 0 || result.Object.Key == "" {
			t.Errorf("result %+v, error %v", result, err)
		}
	})
}
