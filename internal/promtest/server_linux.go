package promtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a Prometheus that watches workers.
type Server struct {
	address string
	began   time.Time
}

// Needs skips the test where nobody asks for those that need Debian's Prometheus.
func Needs(t *testing.T) {
	t.Helper()
	if os.Getenv("LONGHAUL_ALERTS") == "" {
		t.Skip("this needs Debian's package prometheus: make alerts")
	}
}

// Start starts Debian's Prometheus with the rules of the folder deploy, for as long as the test lives. In the rules a minute is a second, an
// hour 15 seconds; what takes hours or days is as it is. targets are the addresses of the workers.
func Start(t *testing.T, deploy string, targets ...string) *Server {
	t.Helper()
	Needs(t)
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Fatal("this needs Prometheus: apt-get install prometheus")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"prometheus.yml": shortened(t, filepath.Join(deploy, "prometheus", "prometheus.yml"), [][2]string{
			{`(scrape|evaluation)_interval: 15s`, "${1}_interval: 1s"},
			{`(?s)    dns_sd_configs:.*`, "    static_configs: [{targets: [" + strings.Join(targets, ", ") + "]}]\n"},
		}),
		"alerts.yml": shortened(t, filepath.Join(deploy, "prometheus", "alerts.yml"), [][2]string{
			{`(for|keep_firing_for): ([0-9]+)m`, "${1}: ${2}s"}, {`15 \* 60`, "15"}, {`\[5m\]`, "[15s]"}, {`(\[|offset )1h`, "${1}15s"},
		}),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	began := time.Now()
	return &Server{began: began, address: listening(t, exec.CommandContext(t.Context(), program, "--config.file", filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path", filepath.Join(dir, "data"), "--web.listen-address", "127.0.0.1:0"))}
}

// shortened is a file with each of these replaced, which must all be there.
func shortened(t *testing.T, path string, replace [][2]string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	for _, pair := range replace {
		from := regexp.MustCompile(pair[0])
		if !from.MatchString(text) {
			t.Fatalf("there is no %s in %s", from, path)
		}
		text = from.ReplaceAllString(text, pair[1])
	}
	return text
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
func (s *Server) ask(t *testing.T, path string, query url.Values, data any) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address+"/api/v1/"+path+"?"+query.Encode(), http.NoBody)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
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
		return fmt.Errorf("%s %s: %s", path, query, answer.Error)
	}
	return json.Unmarshal(answer.Data, data)
}

// Line is one series of an answer.
type Line struct {
	Labels map[string]string `json:"metric"`
	Values []Value           `json:"values"`
}

// Value is one value of a series.
type Value struct {
	At    time.Time
	Value float64 // may be no number
}

// UnmarshalJSON reads the pair of a time and a text that Prometheus writes.
func (v *Value) UnmarshalJSON(text []byte) error {
	var seconds float64
	var number string
	if err := json.Unmarshal(text, &[]any{&seconds, &number}); err != nil {
		return err
	}
	v.At = time.UnixMilli(int64(seconds * 1000))
	var err error
	v.Value, err = strconv.ParseFloat(number, 64)
	return err
}

// Has says whether a query has data now.
func (s *Server) Has(t *testing.T, query string) bool {
	t.Helper()
	var data struct{ Result []json.RawMessage }
	err := s.ask(t, "query", url.Values{"query": {query}}, &data)
	if err != nil && !errors.Is(err, errStarting) {
		t.Error(err)
	}
	return len(data.Result) > 0
}

// All is what a query gave in each second since the server was started.
func (s *Server) All(t *testing.T, query string) []Line {
	t.Helper()
	var data struct{ Result []Line }
	if err := s.ask(t, "query_range", url.Values{
		"query": {query}, "step": {"1"}, "start": {seconds(s.began)}, "end": {seconds(time.Now())},
	}, &data); err != nil {
		t.Error(err)
	}
	return data.Result
}

func seconds(at time.Time) string { return strconv.FormatInt(at.Unix(), 10) }
