package activities_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
)

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
	err := errors.Join(
		b.store.Delete(t.Context(), b.staged.Receipt("castor", fileName)),
		b.store.WriteJSON(t.Context(), b.staged.Try("castor", fileName), left),
	)
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
