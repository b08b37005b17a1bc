package castor

import (
	"io"
	"runtime"
	"strings"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// Whatever the size of the inventory, a file is written in the same memory.
func TestFile_needsNoMoreMemoryForMoreRecords(t *testing.T) {
	peak := func(n int) uint64 {
		f := newFixture(t)
		store, err := staging.Open(t.Context(), "file://"+t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = store.Close() }()
		f.Store, f.in.Store = store, store
		w, err := store.Create(t.Context(), f.Sync.Described())
		if err != nil {
			t.Fatal(err)
		}
		info := `{"detailColumnInfo":{` + strings.Repeat(`"column":{"label":"Label","dataType":"string"},`, 60) + `"last":{}}}`
		for i := range n {
			if err := w.Append([]byte(described(t, i, description.StateDescribed, info))); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Commit(); err != nil {
			t.Fatal(err)
		}
		most := uint64(0)
		f.in.Progress = func(int64) {
			var m runtime.MemStats
			runtime.GC() // the second empties the pools of what earlier streams left in them
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
		object, err := Format{}.Write(t.Context(), f.in, ReportsMetadata)
		if err != nil || object.Count != int64(n) {
			t.Fatalf("object %+v, error %v", object, err)
		}
		return most
	}
	const more = 32_000
	peak(2000) // fills what is kept for the life of the process
	few, many := peak(2000), peak(2000+more)
	// What codecs and buffers hold varies by megabytes, so many records make the difference: a record has 3 kB, of
	// which 100 bytes are too much to keep.
	if grown := int64(many) - int64(few); grown > 100*more {
		t.Errorf("2,000 records took %d bytes of heap, %d more took %d: %d bytes each", few, more, many, grown/more)
	}
}

func BenchmarkColumns(b *testing.B) {
	info := `{"detailColumnInfo":{` + strings.Repeat(`"column":{"label":"Label of it","dataType":"string","filterable":true},`, 25) + `"last":{}}}`
	line := []byte(described(b, 1, description.StateDescribed, info))
	line = append(line[:len(line)-1], `,"reportMetadata":{"detailColumns":["column"`+strings.Repeat(`,"last"`, 25)+`]}}`...)
	var record []byte
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		d, err := description.Decode(line)
		if err != nil {
			b.Fatal(err)
		}
		if record, err = appendColumns(record[:0], &d); err != nil || lacksColumns(&d) {
			b.Fatal(err)
		}
	}
	_, _ = io.Discard.Write(record)
}
