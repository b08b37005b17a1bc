package shard

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/slots"
	"longhaul/internal/staging"
)

func openStore(tb testing.TB, url string) *staging.Store {
	tb.Helper()
	store, err := staging.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return store
}

func planIn(tb testing.TB, store *staging.Store, sync staging.Sync, n int) {
	tb.Helper()
	w, err := store.Create(tb.Context(), sync.PlanShard(0))
	if err != nil {
		tb.Fatal(err)
	}
	for i := range n {
		if err := w.Append(fmt.Appendf(nil, `{"Id":%q,"last_modified":"m"}`, reportID(i))); err != nil {
			tb.Fatal(err)
		}
	}
	if _, err := w.Commit(); err != nil {
		tb.Fatal(err)
	}
}

// The same on real buckets and the real clock: cancelled on the way, then done, then asked once more.
func TestRun_onABucket(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"in memory":   "mem://",
		"in a folder": "file://" + filepath.ToSlash(t.TempDir()),
	} {
		t.Run(name, func(t *testing.T) {
			store := openStore(t, url)
			planIn(t, store, testSync, 250)
			o := newOrg(time.Millisecond)
			in := Input{
				Store: store, Sync: testSync, Attempt: 1, Describer: o, Slots: slots.Fixed(4), FlushEvery: 5 * time.Millisecond,
			}
			ctx, cancel := context.WithCancel(t.Context())
			in.Progress = func(done, _ int) {
				if done == 120 {
					cancel()
				}
			}
			first, err := Run(ctx, in)
			if err == nil || !first.Partial || first.Reports < 120 || first.Reports == 250 {
				t.Fatalf("result %+v, error %v", first, err)
			}
			in.Attempt, in.Progress = 2, nil
			second, err := Run(t.Context(), in)
			if err != nil || second.Reports != 250 || second.Repeated != 0 || o.total != 250 {
				t.Fatalf("result %+v with %d calls, error %v", second, o.total, err)
			}
			third, err := Run(t.Context(), in)
			if err != nil || fmt.Sprint(third) != fmt.Sprint(second) || o.total != 250 {
				t.Errorf("result %+v, before %+v, error %v", third, second, err)
			}
			for key, err := range store.List(t.Context(), testSync.DescribePrefix()) {
				if err != nil || key != testSync.Shard(0) {
					t.Errorf("there is %s, error %v", key, err)
				}
			}
		})
	}
}

// instant answers at once with a description of a usual size.
type instant struct{ body json.RawMessage }

func (d instant) DescribeReport(context.Context, string) (*salesforce.Description, error) {
	return &salesforce.Description{ReportMetadata: d.body, ReportExtendedMetadata: d.body, At: time.Unix(1, 0)}, nil
}

func BenchmarkRun(b *testing.B) {
	column := `"c%d":{"label":"Column %d","dataType":"string","filterable":true,"fullyQualifiedName":"Account.C%d"}`
	columns := make([]string, 25)
	for i := range columns {
		columns[i] = fmt.Sprintf(column, i, i, i)
	}
	d := instant{json.RawMessage(`{"detailColumnInfo":{` + strings.Join(columns, ",") + `}}`)}
	store := openStore(b, "mem://")
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		b.StopTimer()
		sync := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261123T181610Z-%08d", n)}
		planIn(b, store, sync, 250)
		n++
		b.StartTimer()
		result, err := Run(b.Context(), Input{Store: store, Sync: sync, Attempt: 1, Describer: d, Slots: slots.Fixed(4)})
		if err != nil || result.States[description.StateDescribed] != 250 {
			b.Fatal(result, err)
		}
	}
	b.ReportMetric(float64(n)*250/b.Elapsed().Seconds(), "reports/s")
}
