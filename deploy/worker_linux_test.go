package deploy_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// worker exports metrics that a test sets.
type worker struct {
	server *httptest.Server

	mu      sync.Mutex
	away    bool
	metrics map[string]float64
}

func newWorker(t *testing.T) *worker {
	w := &worker{metrics: map[string]float64{}}
	w.server = httptest.NewServer(w)
	t.Cleanup(w.server.Close)
	return w
}

// ServeHTTP serves the metrics as a worker does; while the worker is away, Prometheus gets no answer that it can use.
func (w *worker) ServeHTTP(out http.ResponseWriter, _ *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.away {
		out.WriteHeader(http.StatusBadGateway)
		return
	}
	for _, series := range slices.Sorted(maps.Keys(w.metrics)) {
		fmt.Fprintf(out, "%s %s\n", series, strconv.FormatFloat(w.metrics[series], 'g', -1, 64))
	}
}

// set sets metrics, each a series and its value.
func (w *worker) set(metrics map[string]float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	maps.Copy(w.metrics, metrics)
}

func (w *worker) drop(series string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.metrics, series)
}

// lose lets the worker be away, or come back.
func (w *worker) lose(away bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away = away
}

// address is where Prometheus finds the worker.
func (w *worker) address() string { return strings.TrimPrefix(w.server.URL, "http://") }
