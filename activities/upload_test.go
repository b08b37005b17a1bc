package activities_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/catalog"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

const (
	content  = `[{"Id":"00Oxx0000004abcEAA"}]`
	fileName = "1795451617-reports.json"
	sourceID = "399a8b22-3187-41ec-8d3d-0242ac130003"
)

// one is the registry of a single source.
type one struct{ source *activities.Source }

func (o one) Source(context.Context, string) (*activities.Source, error) { return o.source, nil }

// bench is an upload under test: a bucket with one assembled file, and a catalog that answers as told.
type bench struct {
	env     *testsuite.TestActivityEnvironment
	store   *staging.Store
	params  activities.UploadParams
	staged  staging.Sync
	answer  func(n int64) int // status of the n-th delivery, from 1
	arrived atomic.Int64
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{answer: func(int64) int { return http.StatusOK }, staged: staging.Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(b.answer(b.arrived.Add(1)))
	}))
	t.Cleanup(server.Close)
	client, err := catalog.New(catalog.Config{
		URL: server.URL, SourceID: sourceID, Backoff: time.Millisecond,
		Token: func(context.Context) (string, error) { return "a-token", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	if b.store, err = staging.Open(t.Context(), "mem://"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.store.Close() })
	if err := b.store.Write(t.Context(), b.staged.File("castor", fileName), []byte(content)); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(content))
	id, err := b.store.ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.params = activities.UploadParams{
		Sync: activities.Sync{Source: b.staged.Source, ID: b.staged.ID, Bucket: id}, Export: "castor",
		File: activities.File{Name: fileName, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), Count: 1},
	}
	var suite testsuite.WorkflowTestSuite
	b.env = suite.NewTestActivityEnvironment()
	b.env.RegisterActivity(&activities.Activities{Sources: one{&activities.Source{Name: "acme", Exports: castorTo(client)}}, Store: b.store})
	return b
}

// upload makes one attempt.
func (b *bench) upload(t *testing.T) (activities.UploadResult, error) {
	t.Helper()
	var result activities.UploadResult
	value, err := b.env.ExecuteActivity("Upload", b.params)
	if err != nil {
		return result, err
	}
	return result, value.Get(&result)
}

func typeOf(err error) string {
	var failure *temporal.ApplicationError
	if errors.As(err, &failure) {
		return failure.Type()
	}
	return ""
}

func TestUpload_deliversOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got, err := b.upload(t); err != nil || !got.Delivered {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got, err := b.upload(t); err != nil || got.Delivered || b.arrived.Load() != 1 {
		t.Errorf("a second attempt gave %+v, %v and sent it again (%d deliveries)", got, err, b.arrived.Load())
	}
}

func TestUpload_intoAnotherBucketIsRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.params.Sync.Bucket = "the-id-of-another"
	if _, err := b.upload(t); typeOf(err) != string(fault.Invalid) || b.arrived.Load() != 0 {
		t.Errorf("got %v after %d deliveries", err, b.arrived.Load())
	}
}

func TestUpload_ofARefusedTokenIsNotRetried(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(int64) int { return http.StatusUnauthorized }
	_, err := b.upload(t)
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Type() != string(fault.LoginRefused) || !failure.NonRetryable() {
		t.Fatalf("got %v", err)
	}
	var details activities.Failure
	if err := failure.Details(&details); err != nil || details.System != fault.Catalog {
		t.Errorf("the details are %+v, %v", details, err)
	}
}
