package catalog

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"longhaul/internal/fault"
)

// zeros is a large file that takes no memory.
func zeros(size int64) File {
	return File{Name: "1700000000-reports.json", Size: size, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(zero{}, size)), nil
	}}
}

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Not parallel: it measures the memory of the process.
func TestSend_sendsALargeFileInConstantMemory(t *testing.T) {
	const size = 64 << 20
	var length, got int64
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		length = r.ContentLength
		got, _ = io.Copy(io.Discard, r.Body)
	})
	b := newBench(t, address, nil)
	var most int64
	f := zeros(size)
	f.Progress = func(sent int64) { most = max(most, sent) }
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	receipt, err := b.Send(t.Context(), testPath, f)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("a file of 64 MB took %d kB of allocations", used>>10)
	}
	if length != got || got <= size || receipt.Bytes != size || most != size {
		t.Errorf("announced %d, got %d, receipt of %d, progress to %d", length, got, receipt.Bytes, most)
	}
}

func TestSend_neverGivesAChangedFileForWhole(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, announced, content string }{
		{"it shrank", "[1,2]", "[1]"},
		{"it grew", "[1]", "[1]]"},
		{"its content is another", "[1]", "[2]"},
		{"it was emptied", "[1]", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var whole atomic.Bool
			address := serve(t, func(_ http.ResponseWriter, r *http.Request) {
				if _, _, err := received(r); err == nil {
					whole.Store(true)
				}
			})
			f := fileOf(tt.announced)
			f.Open = fileOf(tt.content).Open
			b := newBench(t, address, nil)
			_, err := b.Send(t.Context(), testPath, f)
			fl := fault.From(err)
			if fl == nil || fl.Class != fault.Invalid || fl.System != fault.Longhaul ||
				!strings.Contains(fl.Message, "not the file that was announced") {
				t.Errorf("got %v", err)
			}
			if whole.Load() {
				t.Error("the catalog got a whole form of a wrong file")
			}
		})
	}
}

func TestSend_saysWhatIsWrongWithTheFile(t *testing.T) {
	t.Parallel()
	address := serve(t, func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })
	own := &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: "this worker uses another bucket"}
	tests := []struct {
		name   string
		err    error
		class  fault.Class
		system fault.System
	}{
		{"it does not exist", fs.ErrNotExist, fault.Invalid, fault.Longhaul},
		{"the bucket is in trouble", errors.New("timeout"), fault.Transient, fault.Bucket},
		{"a classed error keeps its class", own, fault.Invalid, fault.Bucket},
	}
	for _, tt := range tests {
		for _, late := range []bool{false, true} {
			f := fileOf("[1]")
			f.Open = func() (io.ReadCloser, error) {
				if late {
					return io.NopCloser(io.MultiReader(strings.NewReader("["), failing{tt.err})), nil
				}
				return nil, tt.err
			}
			b := newBench(t, address, func(c *Config) { c.Attempts = 1 })
			_, err := b.Send(t.Context(), testPath, f)
			if got := fault.From(err); got == nil || got.Class != tt.class || got.System != tt.system || !errors.Is(err, tt.err) {
				t.Errorf("%s (late %v): got %v", tt.name, late, err)
			}
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
