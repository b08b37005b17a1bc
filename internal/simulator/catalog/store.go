package catalog

import (
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"longhaul/internal/simulator/wire"
)

// store keeps what the catalog received, each file under its number.
type store struct {
	Settings

	mu     sync.Mutex
	files  []File
	places map[string]int // by path
}

func (s *store) list() []File {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]File{}, s.files...)
}

func (s *store) has(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.places[path]
	return ok
}

func (s *store) keep(f File, temporary string) (int, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.places[f.Path]; taken {
		return http.StatusConflict, "the file was delivered before"
	}
	if err := os.Rename(temporary, s.fileName(len(s.files))); err != nil {
		return http.StatusInternalServerError, "the file cannot be kept"
	}
	s.places[f.Path] = len(s.files)
	s.files = append(s.files, f)
	return http.StatusOK, "received"
}

func (s *store) fileName(n int) string { return filepath.Join(s.Dir, strconv.Itoa(n)) }

// show lists the files, or returns one by its name or its whole path; of several the newest.
func (s *store) show(w http.ResponseWriter, r *http.Request, wanted string) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	files := s.list()
	if wanted == "" {
		wire.WriteJSON(w, http.StatusOK, files)
		return
	}
	for n := len(files) - 1; n >= 0; n-- {
		if files[n].Name == wanted || files[n].Path == wanted {
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeFile(w, r, s.fileName(n))
			return
		}
	}
	wire.WriteMessage(w, http.StatusNotFound, "no such file")
}
