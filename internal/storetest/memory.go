package storetest

import (
	"encoding/xml"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Memory is a small store that speaks S3: it keeps objects in memory, one bucket in the path, and lists them.
type Memory struct {
	// Careless makes it ignore If-None-Match, as older servers do.
	Careless bool

	mu      sync.Mutex
	objects map[string][]byte
}

// NewMemory starts one behind a proxy.
func NewMemory(t testing.TB, careless bool) *Proxy {
	t.Helper()
	return newProxy(t, &Memory{Careless: careless, objects: map[string][]byte{}})
}

func (m *Memory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	content, found := m.objects[key]
	switch {
	case r.Method == http.MethodGet && key == "":
		m.list(w, r.URL.Query().Get("prefix"))
	case r.Method == http.MethodPut && found && !m.Careless && r.Header.Get("If-None-Match") == "*":
		Refusal(S3, http.StatusPreconditionFailed, "PreconditionFailed")(w, r)
	case r.Method == http.MethodPut && r.Header.Get(copySource) != "":
		m.copy(w, r, key)
	case r.Method == http.MethodPut:
		m.objects[key], _ = io.ReadAll(r.Body)
		w.Header().Set("ETag", `"1"`)
	case r.Method == http.MethodDelete:
		delete(m.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case !found:
		Refusal(S3, http.StatusNotFound, "NoSuchKey")(w, r)
	default:
		_, _ = w.Write(content)
	}
}

// copySource is the header that makes a write a copy within the store.
const copySource = "X-Amz-Copy-Source"

func (m *Memory) copy(w http.ResponseWriter, r *http.Request, to string) {
	from, err := url.PathUnescape(r.Header.Get(copySource))
	_, from, _ = strings.Cut(strings.TrimPrefix(from, "/"), "/")
	content, found := m.objects[from]
	if err != nil || !found {
		Refusal(S3, http.StatusNotFound, "NoSuchKey")(w, r)
		return
	}
	m.objects[to] = content
	w.Header().Set("Content-Type", "application/xml")
	_, _ = io.WriteString(w, `<CopyObjectResult><ETag>"1"</ETag><LastModified>2026-11-23T18:16:10.000Z</LastModified></CopyObjectResult>`)
}

func (m *Memory) list(w http.ResponseWriter, prefix string) {
	type entry struct {
		Key          string
		Size         int
		LastModified string // S3 gives it of every object
	}
	var result struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []entry
	}
	for key, content := range m.objects {
		if strings.HasPrefix(key, prefix) {
			result.Contents = append(result.Contents, entry{key, len(content), "2026-11-23T18:16:10.000Z"})
		}
	}
	slices.SortFunc(result.Contents, func(a, b entry) int { return strings.Compare(a.Key, b.Key) })
	w.Header().Set("Content-Type", "application/xml")
	_ = xml.NewEncoder(w).Encode(result)
}
