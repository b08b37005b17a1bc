package deploy_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds what a test waits for Prometheus to see.
const patience = 2 * time.Minute

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

// server is a Prometheus that watches two workers.
type server struct{ address string }

// startPrometheus starts Debian's Prometheus with the rules of this folder, whose times are shortened to seconds.
func startPrometheus(t *testing.T, workers ...*worker) server {
	t.Helper()
	if os.Getenv("LONGHAUL_ALERTS") == "" {
		t.Skip("this needs Prometheus: make alerts")
	}
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatal("this needs Prometheus: apt-get install prometheus")
	}
	dir := t.TempDir()
	var targets []string
	for _, w := range workers {
		targets = append(targets, strings.TrimPrefix(w.server.URL, "http://"))
	}
	configuration := string(read(t, "prometheus/prometheus.yml"))
	for from, to := range map[string]string{
		"scrape_interval: 15s":     "scrape_interval: 1s",
		"evaluation_interval: 15s": "evaluation_interval: 1s",
	} {
		configuration = replaced(t, configuration, regexp.MustCompile(regexp.QuoteMeta(from)), to)
	}
	configuration = replaced(t, configuration, regexp.MustCompile(`(?s)    dns_sd_configs:.*`),
		"    static_configs: [{targets: ["+strings.Join(targets, ", ")+"]}]\n")
	rules := string(read(t, "prometheus/alerts.yml"))
	rules = replaced(t, rules, regexp.MustCompile(`(for|keep_firing_for): [0-9]+m`), "${1}: 2s")
	rules = replaced(t, rules, regexp.MustCompile(`\[(1h|5m)\]`), "[10s]")
	rules = replaced(t, rules, regexp.MustCompile(`offset 1h`), "offset 10s")
	for name, text := range map[string]string{"prometheus.yml": configuration, "alerts.yml": rules} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return server{listening(t, exec.Command(program, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", "127.0.0.1:0"))}
}

func replaced(t *testing.T, text string, from *regexp.Regexp, to string) string {
	t.Helper()
	if !from.MatchString(text) {
		t.Fatalf("there is no %s", from)
	}
	return from.ReplaceAllString(text, to)
}

// listening starts the program, which does not outlive this process, and returns the address that its log names.
func listening(t *testing.T, cmd *exec.Cmd) (address string) {
	t.Helper()
	output, log, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started, ended := make(chan error), make(chan struct{})
	go func() { // of a thread that lives as long as the program: Linux watches that one
		defer close(ended)
		runtime.LockOSThread()
		err := cmd.Start()
		_ = log.Close()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-ended
		_ = output.Close()
	})
	said := regexp.MustCompile(`Listening on"? address=(127\.0\.0\.1:[1-9][0-9]*)`)
	var all bytes.Buffer
	for lines := bufio.NewScanner(io.TeeReader(output, &all)); lines.Scan(); {
		if found := said.FindStringSubmatch(lines.Text()); found != nil {
			go func() { _, _ = io.Copy(io.Discard, output) }() // until it ends
			return found[1]
		}
	}
	t.Fatalf("Prometheus does not listen:\n%s", all.String())
	return ""
}

var errStarting = errors.New("the server starts")

// ask decodes the data of an answer of Prometheus's API.
func (s server) ask(t *testing.T, path string, data any) error {
	t.Helper()
	response, err := http.Get("http://" + s.address + path)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusServiceUnavailable {
		return errStarting
	}
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", path, answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

// firing are the alerts that fire, each with its source, receiver or worker.
func (s server) firing(t *testing.T) (names []string) {
	t.Helper()
	var data struct {
		Alerts []struct {
			State  string
			Labels map[string]string
		}
	}
	if err := s.ask(t, "/api/v1/alerts", &data); err != nil {
		t.Logf("no alerts yet: %v", err)
	}
	for _, alert := range data.Alerts {
		if alert.State == "firing" {
			labels := alert.Labels
			names = append(names, strings.TrimSpace(labels["alertname"]+" "+labels["source"]+labels["receiver"]+labels["instance"]))
		}
	}
	slices.Sort(names)
	return names
}

// waitFor waits until exactly these alerts fire.
func (s server) waitFor(t *testing.T, want ...string) {
	t.Helper()
	slices.Sort(want)
	var got []string
	until(t, func() bool {
		got = s.firing(t)
		return slices.Equal(got, want)
	}, func() string { return fmt.Sprintf("%q fire, want %q", got, want) })
}

// has says whether a query has data.
func (s server) has(t *testing.T, query string) bool {
	t.Helper()
	var data struct{ Result []json.RawMessage }
	err := s.ask(t, "/api/v1/query?query="+url.QueryEscape(query), &data)
	if err != nil && !errors.Is(err, errStarting) {
		t.Error(err)
	}
	return len(data.Result) > 0
}

// until asks again until it is so.
func until(t *testing.T, so func() bool, otherwise func() string) {
	t.Helper()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !so(); <-tick.C {
		if t.Failed() || time.Now().After(deadline) {
			t.Fatal(otherwise())
		}
	}
}
