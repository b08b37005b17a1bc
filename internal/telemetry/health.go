package telemetry

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// health is what /healthz and /readyz say.
type health struct {
	stopped atomic.Pointer[string] // why no worker works any more; nil: they do
	ready   atomic.Pointer[func(context.Context) error]
}

// Stopped notes that the workers do nothing any more, so that the process should be replaced.
func (m *Metrics) Stopped(why error) {
	if m != nil {
		line := oneLine(why)
		m.health.stopped.Store(&line)
	}
}

// SetReady gives what says whether Temporal and the bucket answer; before, the process is not ready. It must be quick, and its error holds
// no secret.
func (m *Metrics) SetReady(ready func(context.Context) error) {
	if m != nil {
		m.health.ready.Store(&ready)
	}
}

// alive serves /healthz.
func (h *health) alive(w http.ResponseWriter, _ *http.Request) {
	if why := h.stopped.Load(); why != nil {
		say(w, http.StatusServiceUnavailable, *why)
		return
	}
	say(w, http.StatusOK, "ok")
}

// answer serves /readyz.
func (h *health) answer(w http.ResponseWriter, r *http.Request) {
	if why := h.stopped.Load(); why != nil {
		say(w, http.StatusServiceUnavailable, *why)
		return
	}
	ready := h.ready.Load()
	if ready == nil {
		say(w, http.StatusServiceUnavailable, "starting: the worker does not work yet")
		return
	}
	if err := (*ready)(r.Context()); err != nil {
		say(w, http.StatusServiceUnavailable, oneLine(err))
		return
	}
	say(w, http.StatusOK, "ok")
}

func say(w http.ResponseWriter, status int, line string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, line+"\n")
}

// longestLine bounds what is said of an error, in bytes.
const longestLine = 500

func oneLine(err error) string {
	line := strings.Join(strings.Fields(err.Error()), " ")
	return strings.ToValidUTF8(line[:min(len(line), longestLine)], "")
}
