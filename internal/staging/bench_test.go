package staging

import (
	"fmt"
	"strings"
	"testing"
)

// benchLines look like descriptions of reports with 25 columns.
func benchLines() [][]byte {
	var lines [][]byte
	for i := range 500 {
		var columns strings.Builder
		for c := range 25 {
			fmt.Fprintf(&columns, `"ACCOUNT.COL%d":{"dataType":"string","entityColumnName":"Col%d","label":"Col %d of %d"},`, c, c, c, i)
		}
		lines = append(lines, fmt.Appendf(nil, `{"Id":"00O%015d","state":"described","reportExtendedMetadata":{"detailColumnInfo":{%s}}}`,
			i, strings.TrimSuffix(columns.String(), ",")))
	}
	return lines
}

func BenchmarkAppend(b *testing.B) {
	s := fileStore(b)
	lines := benchLines()
	w, err := s.Create(b.Context(), "stream")
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	b.SetBytes(int64(len(lines[0])))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := w.Append(lines[i%len(lines)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLines reads a stream of 10,000 lines.
func BenchmarkLines(b *testing.B) {
	s := fileStore(b)
	w, err := s.Create(b.Context(), "stream")
	if err != nil {
		b.Fatal(err)
	}
	defer w.Abort()
	lines, size := benchLines(), 0
	for i := range 10_000 {
		line := lines[i%len(lines)]
		size += len(line)
		if err := w.Append(line); err != nil {
			b.Fatal(err)
		}
	}
	object, err := w.Commit()
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range s.Lines(b.Context(), "stream") {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(size)/float64(object.Bytes), "ratio")
}

// BenchmarkPart is one flush of a shard: a small stream, made, synced to the disk and named.
func BenchmarkPart(b *testing.B) {
	s := fileStore(b)
	lines := benchLines()[:12]
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		w, err := s.CreateNew(b.Context(), fmt.Sprintf("part/%d", i))
		if err != nil {
			b.Fatal(err)
		}
		for _, line := range lines {
			if err := w.Append(line); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(); err != nil {
			b.Fatal(err)
		}
	}
}
