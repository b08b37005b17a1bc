package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/server"
)

func TestItPrintsOneLineAndRunsUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	reader, writer := io.Pipe()
	c := command()
	c.SetArgs([]string{"--reports", "120", "--columns", "2", "--type-metadata", "1k", "--latency", "1ms", "--token-ttl", "5m"})
	c.SetOut(writer)
	ended := make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = writer.Close()
		ended <- err
	}()
	out := bufio.NewReader(reader)
	line, err := out.ReadBytes('\n')
	if err != nil {
		t.Fatal(err)
	}
	var ready map[string]string
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatal(err)
	}
	want := []string{"catalog", "catalog_token", "client_id", "client_secret", "password", "salesforce", "security_token", "source_id", "username"}
	if diff := cmp.Diff(want, slices.Sorted(maps.Keys(ready))); diff != "" {
		t.Errorf("the keys of the line (-want +got):\n%s", diff)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, ready["salesforce"]+"/services/data/", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	interrupt()
	rest, err := io.ReadAll(out)
	if err != nil || len(rest) != 0 {
		t.Errorf("after the line comes %q, %v", rest, err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Error("it does not end")
	}
}

func TestBadFlagsAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"--type-metadata", "x"},
		{"--id-order", "random"},
		{"--reports", "0"},
		{"--salesforce-addr", "0.0.0.0:0"},
		{"--org", "testdata/nothing"},
		{"--org", ".", "--reports", "5"},
		{"argument"},
		{"--daily-limit", "0"},
		{"--long-calls", "0"},
		{"--logins", "0"},
		{"--faults", "testdata/nothing"},
		{"--faults", "main.go"},
		{"--others-per-hour", "-1"},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		c := command()
		c.SetArgs(args)
		c.SetOut(io.Discard)
		if err := c.ExecuteContext(ctx); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v: the error is %v, want one sentence", args, err)
		}
		cancel()
	}
}

func TestItStartsWithFaultsFromAFile(t *testing.T) {
	t.Parallel()
	s := settings{typeMetadata: "1k", idOrder: "binary", options: server.Options{Reports: 1, Columns: 1, DailyLimit: 1, LongCalls: 1, Logins: 1}}
	s.faults = filepath.Join(t.TempDir(), "faults.json")
	if err := os.WriteFile(s.faults, []byte(`[{"name":"api_503","rate":0.05,"for":"1h"}]`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.complete(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]server.Fault{{Name: "api_503", Rate: 0.05, For: time.Hour}}, s.options.Faults); diff != "" {
		t.Errorf("the faults (-want +got):\n%s", diff)
	}
}

func TestHelp_namesEveryFault(t *testing.T) {
	t.Parallel()
	long := command().Long
	for _, name := range faults.Names() {
		if !strings.Contains(long, "  "+name) {
			t.Errorf("%s is missing", name)
		}
	}
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{"1": 1, "500": 500, "40k": 40_000, "1M": 1_000_000, "": 0, "k": 0, "-1": 0, "1G": 0, "101M": 0, "1.5k": 0} {
		if got, err := parseSize(text); got != want || (err != nil) != (want == 0) {
			t.Errorf("parseSize(%q) = %d, %v, want %d", text, got, err, want)
		}
	}
}
