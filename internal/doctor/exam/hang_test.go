//go:build unix

package exam_test

import (
	"bytes"
	"context"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// dead is a bucket on a disk that gives no answer: a pipe into which nobody writes has the place of the file that each write reads first.
func dead(t *testing.T) *staging.Store {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mnt")
	store, err := staging.Open(t.Context(), (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	if _, err := store.ID(t.Context()); err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(dir, "longhaul.json")
	if err := syscall.Unlink(identity); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(identity, 0o600); err != nil {
		t.Fatal(err)
	}
	return store
}

// TestRun_endsWhereADiskHangs has a bucket, a secret and a question to Temporal that give no answer, in ways that no context ends. All other
// rows are asked. A second check says the same at once, and no more goroutines hang for it.
func TestRun_endsWhereADiskHangs(t *testing.T) { // alone, as it counts goroutines
	_, ready := simulated(t, server.Options{Reports: 5})
	s := subject(t, ready, ready.Salesforce)
	s.Store = dead(t)
	pipe := filepath.Join(t.TempDir(), "token")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	token, err := source.References{}.Parse("file:" + pipe)
	if err != nil {
		t.Fatal(err)
	}
	s.Source.Exports[0].Secrets["token"] = token
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	s.Cluster = func(context.Context) cluster.Facts {
		<-never
		return cluster.Facts{}
	}
	run := func() doctor.Result {
		result := exam.Run(t.Context(), s)
		want := map[string]string{
			"secret.catalog.token": "gave no answer within", "bucket.write": "gave no answer within",
			"check": "Temporal gave no answer within",
		}
		for _, f := range result.Findings {
			says, fails := want[f.ID]
			if !fails {
				if f.Status == doctor.Fail || strings.HasPrefix(f.ID, "bucket.") && f.Found != "the bucket does not answer" {
					t.Errorf("got %+v", f)
				}
				continue
			}
			delete(want, f.ID)
			if f.Status != doctor.Fail || !strings.Contains(f.Found, says) || f.Cost == "" || f.Fix == "" {
				t.Errorf("got %+v, want that it %s", f, says)
			}
		}
		if len(want) > 0 {
			t.Errorf("%v are missing in %v", want, ids(result))
		}
		return result
	}
	run()
	hanging, begun := unanswered(), time.Now()
	second := run()
	if took := time.Since(begun); took > exam.Longest { // for which the first waited for Temporal
		t.Errorf("the second check took %s", took)
	}
	third := run()
	if now := unanswered(); hanging == 0 || now > hanging {
		t.Errorf("%d questions hang after the first check, %d after two more", hanging, now)
	}
	if second.Calls == 0 || third.Calls == 0 {
		t.Error("Salesforce was not asked")
	}
}

// unanswered counts the goroutines of this process that still ask what does not answer.
func unanswered() int {
	stacks := make([]byte, 1<<20)
	return bytes.Count(stacks[:runtime.Stack(stacks, true)], []byte("created by longhaul/internal/hang.Ask"))
}

// deaf is a bucket over a network whose driver hangs, and heeds no context.
type deaf struct {
	*staging.Store
	never chan struct{}
}

func (d deaf) Folder() string { return "" }

func (d deaf) TryWrite(context.Context, string, []byte, bool) (bool, error) {
	<-d.never
	return false, nil
}

func TestRun_endsWhereADriverHangs(t *testing.T) {
	t.Parallel()
	_, ready := simulated(t, server.Options{Reports: 5})
	s := subject(t, ready, ready.Salesforce)
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	s.Store = deaf{Store: dead(t), never: never}
	result := exam.Run(t.Context(), s)
	requireFailed(t, result, "bucket.write")
	var bucket []string
	for _, f := range result.Findings {
		if strings.HasPrefix(f.ID, "bucket.") {
			bucket = append(bucket, f.ID)
		}
		if f.ID == "bucket.write" && (!strings.Contains(f.Found, "gave no answer within") || f.Fix == "" || f.Cost == "") {
			t.Errorf("got %+v", f)
		}
	}
	if len(bucket) != 5 {
		t.Errorf("the rows of the bucket are %v", bucket)
	}
}
