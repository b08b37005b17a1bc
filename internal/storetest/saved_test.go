package storetest_test

import (
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
	"longhaul/internal/streamtest"
)

// savedIn is a store of saved sources with a key.
func savedIn(t *testing.T, s *staging.Store) *saved.Store {
	t.Helper()
	key := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	keeper, err := seal.New(seal.Config{Keeper: seal.Local, Key: source.Held(key)})
	if err != nil {
		t.Fatal(err)
	}
	return saved.New(s, keeper, nil)
}

// proposed is a candidate whose client id and secret are the same text, so that a mixture of two would show.
func proposed(t *testing.T, s *saved.Store, secret string) (version string) {
	t.Helper()
	version, err := s.Propose(t.Context(), saved.Document{Source: "acme", Salesforce: saved.Salesforce{
		BaseURL: "acme.my.salesforce.com", Auth: "client_credentials", ClientID: secret, ClientSecret: secret,
	}}, "acme.my.salesforce.com")
	if err != nil {
		t.Fatal(err)
	}
	return version
}

// whole is the secret of the source that counts; empty where none is saved.
func whole(t *testing.T, s *saved.Store) string {
	t.Helper()
	d, err := s.Document(t.Context(), "acme")
	if errors.As(err, new(*saved.NotSavedError)) {
		return ""
	}
	if err != nil || d.Salesforce.ClientID != d.Salesforce.ClientSecret {
		t.Errorf("no whole source: %v", err)
	}
	return d.Salesforce.ClientSecret
}

// TestPromote_twoAtOnceLeaveOneWholeSource lets several people connect one source at one time, on a store with a round trip for each step.
func TestPromote_twoAtOnceLeaveOneWholeSource(t *testing.T) {
	t.Parallel()
	for range 20 {
		bucket := open(t, storetest.S3, storetest.NewMemory(t, false))
		s := savedIn(t, bucket)
		names := []string{"one", "two", "three"}
		versions, results := make([]string, len(names)), make([]error, len(names))
		for i, name := range names {
			versions[i] = proposed(t, s, name)
		}
		var all sync.WaitGroup
		for i := range names {
			all.Go(func() { results[i] = s.Promote(t.Context(), "acme", versions[i]) })
		}
		all.Wait()
		last := slices.Index(versions, slices.Max(versions))
		if got := whole(t, s); got != names[last] {
			t.Errorf("%s counts, and %s was proposed last: %v", got, names[last], results)
		}
		for i, err := range results {
			if err != nil && (i == last || !errors.As(err, new(*saved.ReplacedError))) {
				t.Errorf("%s: %v", names[i], err)
			}
		}
		if keys := streamtest.Keys(t, bucket, "saved/"); len(keys) != 1 {
			t.Errorf("the bucket has %v", keys)
		}
		if keys := streamtest.Keys(t, bucket, "candidates/"); len(keys) != 0 {
			t.Errorf("candidates are left: %v", keys)
		}
	}
}

// TestPromote_isWholeWhereverItIsCutShort lets a store refuse everything after so many writes and deletes, as the end of a process would.
func TestPromote_isWholeWhereverItIsCutShort(t *testing.T) {
	t.Parallel()
	for _, act := range []string{"promote", "reseal", "remove"} {
		for most := range int64(10) {
			p := storetest.NewMemory(t, false)
			s := savedIn(t, open(t, storetest.S3, p))
			if err := s.Promote(t.Context(), "acme", proposed(t, s, "old")); err != nil {
				t.Fatal(err)
			}
			version := proposed(t, s, "new")
			var done atomic.Int64
			p.Set(func(w http.ResponseWriter, r *http.Request) bool {
				changes := r.Method == http.MethodPut || r.Method == http.MethodDelete
				return changes && done.Add(1) > most && storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied")(w, r)
			})
			var cut error
			var want []string
			switch act {
			case "promote":
				cut, want = s.Promote(t.Context(), "acme", version), []string{"old", "new"}
			case "reseal":
				_, cut = s.Reseal(t.Context())
				want = []string{"old"}
			case "remove":
				cut, want = s.Remove(t.Context(), "acme"), []string{"old", ""}
			}
			p.Set(nil)
			got := whole(t, s)
			if !slices.Contains(want, got) || cut == nil && got != want[len(want)-1] {
				t.Errorf("%s cut after %d steps (%v): %q counts", act, most, cut, got)
			}
			if left := (*saved.LeftError)(nil); errors.As(cut, &left) && got != "new" {
				t.Errorf("%s cut after %d steps: %v, and %q counts", act, most, cut, got)
			}
			if cut == nil {
				break
			}
		}
	}
}

// TestPromote_anAnswerThatIsLostIsNoFailure has a store that saves, and refuses all the same.
func TestPromote_anAnswerThatIsLostIsNoFailure(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	bucket := open(t, storetest.S3, p)
	s := savedIn(t, bucket)
	version := proposed(t, s, "new")
	var begun atomic.Bool
	p.Set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || !begun.CompareAndSwap(false, true) {
			return false
		}
		if err := bucket.Copy(t.Context(), staging.CandidateKey("acme", version), staging.SavedKey("acme", version)); err != nil {
			t.Error(err)
		}
		return storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied")(w, r)
	})
	if err := s.Promote(t.Context(), "acme", version); err != nil || whole(t, s) != "new" || !begun.Load() {
		t.Errorf("got %v", err)
	}
	if keys := streamtest.Keys(t, bucket, "candidates/"); len(keys) != 0 {
		t.Errorf("candidates are left: %v", keys)
	}
}

// TestPromote_saysThatSomebodyDisconnected has the source removed between the copy and the look at what counts.
func TestPromote_saysThatSomebodyDisconnected(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	bucket := open(t, storetest.S3, p)
	s := savedIn(t, bucket)
	version := proposed(t, s, "new")
	var begun atomic.Bool
	p.Set(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodDelete && begun.CompareAndSwap(false, true) {
			if err := s.Remove(t.Context(), "acme"); err != nil {
				t.Error(err)
			}
		}
		return false
	})
	err := s.Promote(t.Context(), "acme", version)
	if !errors.As(err, new(*saved.NotSavedError)) || errors.As(err, new(*saved.LeftError)) || whole(t, s) != "" {
		t.Errorf("got %v", err)
	}
}

// TestSaved_aStoreThatIsAwayIsNoSourceThatIsGone has the listing of each kind of store refused, and cut.
func TestSaved_aStoreThatIsAwayIsNoSourceThatIsGone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for name, f := range map[string]storetest.Fault{
			"refused": storetest.Refusal(kind, http.StatusForbidden, "AccessDenied"),
			"a page":  storetest.Page(http.StatusOK),
		} {
			p := storetest.NewFake(t)
			p.Set(f)
			s := savedIn(t, open(t, kind, p))
			versions, err := s.Versions(t.Context())
			if f := fault.From(err); f == nil || f.System != fault.Bucket || versions != nil {
				t.Errorf("%s: %v, %v", name, versions, err)
			}
			if _, _, err := s.Source(t.Context(), "acme"); err == nil || errors.As(err, new(*saved.NotSavedError)) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
