// Package streamtest opens buckets and writes, reads and damages streams in them, for tests.
package streamtest

import (
	"strings"
	"testing"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// Open opens a bucket until the test ends.
func Open(tb testing.TB, url string) *staging.Store {
	tb.Helper()
	s, err := staging.Open(tb.Context(), url)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

// Write writes a stream.
func Write(tb testing.TB, s *staging.Store, key string, lines ...string) staging.Object {
	tb.Helper()
	w, err := s.Create(tb.Context(), key)
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Abort()
	for _, line := range lines {
		if err := w.Append([]byte(line)); err != nil {
			tb.Fatal(err)
		}
	}
	object, err := w.Commit()
	if err != nil {
		tb.Fatal(err)
	}
	return object
}

// Read returns the lines of a stream.
func Read(tb testing.TB, s *staging.Store, key string) []string {
	tb.Helper()
	var lines []string
	for line, err := range s.Lines(tb.Context(), key) {
		if err != nil {
			tb.Fatalf("read %s: %v", key, err)
		}
		lines = append(lines, string(line))
	}
	return lines
}

// Keys lists the keys below a prefix, without it.
func Keys(tb testing.TB, s *staging.Store, prefix string) []string {
	tb.Helper()
	var got []string
	for key, err := range s.List(tb.Context(), prefix) {
		if err != nil {
			tb.Fatal(err)
		}
		got = append(got, strings.TrimPrefix(key, prefix))
	}
	return got
}

// Tear removes the last byte of an object.
func Tear(tb testing.TB, s *staging.Store, key string) {
	tb.Helper()
	content, err := s.Read(tb.Context(), key)
	if err == nil {
		err = s.Write(tb.Context(), key, content[:len(content)-1])
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// ReportID is the Id of report n. Its digits count in the order of bytes: 0-9, A-Z, a-z.
func ReportID(n int) string {
	const digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	id := []byte("00O000000000000")
	for i := len(id) - 1; n > 0; i-- {
		id[i] = digits[n%62]
		n /= 62
	}
	long, err := salesforce.ID18(string(id))
	if err != nil {
		return err.Error() // for an n that no test has
	}
	return long
}

// ReportIDs lists the Ids of the reports from one number to before another.
func ReportIDs(from, to int) []string {
	ids := make([]string, 0, to-from)
	for n := from; n < to; n++ {
		ids = append(ids, ReportID(n))
	}
	return ids
}

// Number is the inverse of ReportID for numbers below 100; -1 for any other Id.
func Number(id string) int {
	for n := range 100 {
		if ReportID(n) == id {
			return n
		}
	}
	return -1
}
