// Package catalog is the simulated catalog: its ingest endpoint and its public API.
package catalog

import (
	"net/http"
	"strings"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/stats"
)

// File is one file that the catalog received.
type File struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // as it was sent to, without the leading slash
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// Settings are what the catalog knows and allows.
type Settings struct {
	Dir       string // where received files are kept
	SourceID  string
	Token     string
	MaxUpload int64 // bytes of one file
}

// Server answers every request to the catalog.
type Server struct {
	store    *store
	faults   *faults.Set
	requests *stats.Requests
}

// New makes a catalog that has received nothing.
func New(settings Settings, set *faults.Set, requests *stats.Requests) *Server {
	settings.SourceID = strings.ToLower(settings.SourceID)
	return &Server{store: &store{Settings: settings, places: map[string]int{}}, faults: set, requests: requests}
}

// Files lists what the catalog received, in order.
func (s *Server) Files() []File { return s.store.list() }

// ServeHTTP answers a request; see http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(r.URL.Path, "/")
	if rest, ok := strings.CutPrefix(path, "simulator/files"); ok && (rest == "" || rest[0] == '/') {
		s.store.show(w, r, strings.Trim(rest, "/"))
		return
	}
	switch {
	case path == strings.Trim(PublicPath, "/"):
		s.public(w, r)
		return
	case path == "" && r.Method == http.MethodHead: // checks whether the host answers
		s.requests.Answered("catalog_root", http.StatusNotFound)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var status int
	if hit := s.faults.Strike(faults.AtUpload, &faults.Request{Route: faults.UploadRoute}); hit != nil {
		status = s.fail(w, r, path, hit)
	} else {
		var message string
		status, message = s.store.receive(r, path)
		answerDelivery(w, status, message)
	}
	s.requests.Answered(faults.UploadRoute, status)
}
