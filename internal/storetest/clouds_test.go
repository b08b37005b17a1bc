package storetest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	// The drivers that the mains link.
	_ "gocloud.dev/blob/azureblob"
	_ "gocloud.dev/blob/gcsblob"
	_ "gocloud.dev/blob/s3blob"

	"longhaul/internal/staging"
	"longhaul/internal/storetest"
)

// front forwards each request to the store of the bucket that it names: Google's driver reads the address of its store from the
// environment only once in a process.
type front struct {
	mu     sync.Mutex
	stores map[string]http.Handler
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if store := f.of(r.URL.Path); store != nil {
		store.ServeHTTP(w, r)
		return
	}
	http.NotFound(w, r)
}

func (f *front) of(path string) http.Handler {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, part := range strings.Split(path, "/") {
		if store := f.stores[part]; store != nil {
			return store
		}
	}
	return nil
}

func (f *front) add(bucket string, store http.Handler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stores[bucket] = store
}

var google = &front{stores: map[string]http.Handler{}}

func TestMain(m *testing.M) {
	server := httptest.NewServer(google)
	for _, kind := range storetest.Kinds {
		if err := storetest.LogIn(kind, server.URL); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

var buckets atomic.Int64

// open opens a new bucket behind a proxy.
func open(t *testing.T, kind storetest.Kind, p *storetest.Proxy) *staging.Store {
	t.Helper()
	return openAt(t, kind, p, fmt.Sprintf("bucket%d", buckets.Add(1)))
}

func openAt(t *testing.T, kind storetest.Kind, p *storetest.Proxy, bucket string) *staging.Store {
	t.Helper()
	if kind == storetest.Google {
		google.add(bucket, p)
	}
	s, err := staging.Open(t.Context(), storetest.URL(kind, bucket, p.URL))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// onEach runs a test for each kind of store.
func onEach(t *testing.T, test func(t *testing.T, kind storetest.Kind)) {
	t.Helper()
	for _, kind := range storetest.Kinds {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}
