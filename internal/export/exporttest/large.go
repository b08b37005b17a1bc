package exporttest

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
)

// few is the number of records of each kind in a small org, of which the large one has ten times as many.
const few = 2000

// testMemory compares the most live memory of an org with that of one ten times as large.
func testMemory(t *testing.T, format export.Format) {
	t.Helper()
	orgs := map[int]export.Input{}
	measure := func(file string) func(n int) uint64 {
		return func(n int) uint64 {
			in, staged := orgs[n]
			if !staged {
				in = stageMany(t, format, n)
				orgs[n] = in
			}
			return orgtest.PeakHeap(func(progress func(int64)) {
				in.Progress = progress
				if _, err := format.Write(t.Context(), in, file); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
	for _, file := range format.Files() {
		small, large := orgtest.TenTimes(few, measure(file), orgtest.WithPools)
		if large > orgtest.WithPools(small) {
			t.Errorf("%s takes %d kB of memory with %d records of each kind, and %d kB with %d: write each record as it is read",
				file, small>>10, few, large>>10, 10*few)
		}
	}
}

// testStopped stops each file in its middle, and writes it again.
func testStopped(t *testing.T, format export.Format) {
	t.Helper()
	in := stageMany(t, format, few)
	told := false
	for _, file := range format.Files() {
		want := write(t, format, in, file)
		if err := in.Store.Delete(t.Context(), in.Sync.File(in.Export, want.name)); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stopped := in
		stopped.Progress = func(int64) { stop() }
		_, err := format.Write(ctx, stopped, file)
		if ctx.Err() == nil { // it has too few records
			stop()
			continue
		}
		told = true
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: its writing was stopped in the middle, and it says %v", file, err)
		}
		if _, err := contentOf(t, in, want.name); err == nil {
			t.Errorf("%s was stopped in the middle, and is there: write it by Input.File", file)
		}
		if got := write(t, format, in, file); got.content != want.content {
			t.Errorf("%s is another one after an attempt that was stopped in the middle", file)
		}
	}
	if !told {
		t.Errorf("no file tells its progress with %d records of each kind: count the records as Input.File says", few)
	}
}

// stageMany stages an org with n records of each kind on the disk, where they take no memory.
func stageMany(t *testing.T, format export.Format, n int) export.Input {
	t.Helper()
	in := export.Input{
		Sync: orgtest.Current, Export: format.Name(), Timestamp: orgtest.Began, BaseURL: "https://acme.my.salesforce.com", Version: "1.2.3",
	}
	var err error
	if in.Store, err = staging.Open(t.Context(), "file://"+t.TempDir()+"?no_tmp_dir=true"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Store.Close() })
	fields := export.Fields(format)
	for _, kind := range listing.Kinds {
		first := row(kind.Object(), 0, nil)
		line, err := first.Line(kind.Query(fields[kind]).Optional)
		if err != nil {
			t.Fatal(err)
		}
		stream(t, in, in.Sync.Inventory(string(kind)), n, line, first.ID)
	}
	stream(t, in, in.Sync.Described(), n, []byte(line(t, 0, description.StateDescribed)), id("00O", 0))
	return in
}

// stream writes a stream of n lines: the first one under other Ids.
func stream(t *testing.T, in export.Input, key string, n int, line []byte, first string) {
	t.Helper()
	w, err := in.Store.Create(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for i := range n {
		if err := w.Append(bytes.ReplaceAll(line, []byte(first), []byte(id(first[:3], i)))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}
