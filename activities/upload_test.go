package activities_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

func (o one) Source(string) (*activities.Source, error) { return o.source, nil }

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

func TestUpload_aConflictWithoutATryIsAForeignFile(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(int64) int { return http.StatusConflict }
	if _, err := b.upload(t); typeOf(err) != activities.NameTaken {
		t.Errorf("got %v, want %s", err, activities.NameTaken)
	}
}

// A driver that gets no answer to a write tries again, and meets what it has written itself. Nothing was sent before.
func TestUpload_aConflictAfterItsOwnTryIsAForeignFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.answer = func(int64) int { return http.StatusConflict }
		own := map[string]any{"file": b.params.File, "at": time.Now().UTC()} // the clock stands still
		if err := b.store.WriteJSON(t.Context(), b.staged.Try("castor", fileName), own); err != nil {
			t.Fatal(err)
		}
		if _, err := b.upload(t); typeOf(err) != activities.NameTaken {
			t.Errorf("got %v, want %s", err, activities.NameTaken)
		}
	})
}

// The worker dies after it met a foreign file, and before Temporal has heard of that.
func TestUpload_aForeignFileIsForeignForTheNextAttemptToo(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(int64) int { return http.StatusConflict }
	for range 2 {
		if _, err := b.upload(t); typeOf(err) != activities.NameTaken {
			t.Errorf("got %v, want %s", err, activities.NameTaken)
		}
	}
	if known, err := b.store.Exists(t.Context(), b.staged.Receipt("castor", fileName)); known || err != nil {
		t.Errorf("there is a receipt of a file that was not taken: %v", err)
	}
}

// The first attempt is refused. The second one delivers the file, and its worker dies before it can note anything.
func TestUpload_anAttemptThatDiesMayHaveDeliveredWhateverTheOneBeforeItMet(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(int64) int { return http.StatusUnauthorized }
	if _, err := b.upload(t); err == nil || typeOf(err) == activities.NameTaken {
		t.Fatalf("the first attempt gave %v", err)
	}
	var left json.RawMessage // by the second, when the catalog has the file
	b.answer = func(int64) int {
		if err := b.store.ReadJSON(t.Context(), b.staged.Try("castor", fileName), &left); err != nil {
			t.Error(err)
		}
		return http.StatusOK
	}
	if got, err := b.upload(t); err != nil || !got.Delivered {
		t.Fatalf("the second attempt gave %+v, %v", got, err)
	}
	err := errors.Join(b.store.Delete(t.Context(), b.staged.Receipt("castor", fileName)),
		b.store.WriteJSON(t.Context(), b.staged.Try("castor", fileName), left))
	if err != nil {
		t.Fatal(err)
	}
	b.answer = func(int64) int { return http.StatusConflict }
	if got, err := b.upload(t); err != nil || got.Delivered {
		t.Errorf("the third attempt gave %+v, %v, want that the file is ours", got, err)
	}
}

// An attempt that met refusals and answers of a proxy only leaves a name that it meets later to somebody else's file.
func TestUpload_aConflictAfterAnAttemptThatDidNotArriveIsForeign(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]int{
		"a proxy's answers": http.StatusMultiStatus, "refusals": http.StatusTooManyRequests, "a refused token": http.StatusUnauthorized,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.answer = func(int64) int { return before }
			if _, err := b.upload(t); err == nil || typeOf(err) == activities.NameTaken {
				t.Fatalf("the first attempt gave %v", err)
			}
			b.answer = func(int64) int { return http.StatusConflict }
			if _, err := b.upload(t); typeOf(err) != activities.NameTaken {
				t.Errorf("the second attempt gave %v, want %s", err, activities.NameTaken)
			}
		})
	}
}

// An attempt that sent nothing, and one that could not note what it met, leave no doubt to the file of somebody else.
func TestUpload_aConflictAfterAnAttemptThatSentNothingIsForeign(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	key := b.staged.File("castor", fileName)
	if err := b.store.Delete(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	if _, err := b.upload(t); err == nil || b.arrived.Load() != 0 {
		t.Fatalf("a file that is not there gave %v and %d deliveries", err, b.arrived.Load())
	}
	if err := b.store.Write(t.Context(), key, []byte(content)); err != nil {
		t.Fatal(err)
	}
	b.answer = func(int64) int { return http.StatusConflict }
	_, err := b.upload(t)
	var failure *temporal.ApplicationError
	var by activities.Taken
	if !errors.As(err, &failure) || failure.Type() != activities.NameTaken || failure.Details(&by) != nil || by != activities.TakenByOther {
		t.Errorf("got %v, by %q", err, by)
	}
}

// A proxy that changes every answer of the catalog costs one set, and never looks like another program.
func TestUpload_behindAProxyThatChangesAnswersIsDeliveredUnderTheSecondName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(n int64) int { return []int{http.StatusNonAuthoritativeInfo, http.StatusConflict}[(n-1)%2] }
	_, err := b.upload(t)
	var failure *temporal.ApplicationError
	var by activities.Taken
	if !errors.As(err, &failure) || failure.Type() != activities.NameTaken || failure.Details(&by) != nil || by != activities.TakenByProxy {
		t.Fatalf("under the first name: %v, by %q", err, by)
	}
	b.params.File.Name, b.params.Proxied = "1795451618-reports.json", true
	if err := b.store.Write(t.Context(), b.staged.File("castor", b.params.File.Name), []byte(content)); err != nil {
		t.Fatal(err)
	}
	if _, err := b.upload(t); err != nil {
		t.Errorf("under the second name: %v", err)
	}
}

func TestUpload_aConflictAfterOurOwnTryIsDelivered(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.answer = func(n int64) int {
		if n <= 3 { // every try of the first attempt: the file arrives and the answer is lost on the way
			return http.StatusBadGateway
		}
		return http.StatusConflict
	}
	if _, err := b.upload(t); typeOf(err) != string(fault.Transient) {
		t.Fatalf("got %v, want a transient failure", err)
	}
	if _, err := b.upload(t); err != nil {
		t.Errorf("the next attempt failed: %v", err)
	}
	if known, err := b.store.Exists(t.Context(), b.staged.Receipt("castor", fileName)); !known || err != nil {
		t.Errorf("there is no receipt: %v", err)
	}
}

func TestUpload_otherBytesUnderTheSameNameNeedAnother(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*testing.T, *bench){
		"delivered before": func(t *testing.T, b *bench) {
			if _, err := b.upload(t); err != nil {
				t.Fatal(err)
			}
		},
		"tried before": func(t *testing.T, b *bench) {
			b.answer = func(int64) int { return http.StatusBadGateway }
			if _, err := b.upload(t); err == nil {
				t.Fatal("it was delivered")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			before(t, b)
			b.params.File.SHA256 = hex.EncodeToString(make([]byte, sha256.Size))
			if _, err := b.upload(t); typeOf(err) != activities.NameTaken {
				t.Errorf("got %v, want %s", err, activities.NameTaken)
			}
		})
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
