package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// File is one file that the catalog received.
type File struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // as it was sent to, without the leading slash
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// vault keeps what the catalog received, each file under its number.
type vault struct {
	dir    string
	source string
	token  string
	most   int64

	mu     sync.Mutex
	files  []File
	places map[string]int // by path
}

func newVault(dir string, o Options) *vault {
	return &vault{
		dir: dir, source: strings.ToLower(o.Secrets.SourceID), token: o.Secrets.CatalogToken, most: o.MaxUpload,
		places: map[string]int{},
	}
}

// Files lists what the catalog received, in order.
func (s *Server) Files() []File {
	s.vault.mu.Lock()
	defer s.vault.mu.Unlock()
	return append([]File{}, s.vault.files...)
}

// catalog answers every request to the catalog server.
func (s *Server) catalog(w http.ResponseWriter, r *http.Request) {
	path := strings.Trim(r.URL.Path, "/")
	if rest, ok := strings.CutPrefix(path, "simulator/files"); ok && (rest == "" || rest[0] == '/') {
		s.vault.show(w, r, strings.Trim(rest, "/"))
		return
	}
	switch {
	case path == strings.Trim(PublicPath, "/"):
		s.public(w, r)
		return
	case path == "" && r.Method == http.MethodHead: // a look whether anybody is there
		s.stats.count("catalog_root", http.StatusNotFound)
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var status int
	if hit := s.faults.strike(atUpload, uploadRoute, nil, false, nil); hit != nil {
		status = s.failUpload(w, r, path, hit)
	} else {
		var message string
		status, message = s.vault.receive(r, path)
		tellDelivery(w, status, message)
	}
	s.stats.count(uploadRoute, status)
}

var deliveryPath = regexp.MustCompile(
	`^(visualization|warehouse|quality|transformation)-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/([^/]+)$`)

// receive takes one delivery. A path is written once; what comes in torn is not kept.
func (v *vault) receive(r *http.Request, path string) (status int, message string) {
	m := deliveryPath.FindStringSubmatch(path)
	switch {
	case m == nil:
		return http.StatusNotFound, "no such resource"
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "only POST is allowed"
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	switch {
	case scheme != "Token" || token == "":
		return http.StatusUnauthorized, "the request carries no token"
	case !same(token, v.token):
		return http.StatusForbidden, "the token is not valid"
	case m[2] != v.source:
		return http.StatusForbidden, "the token is not valid for this source"
	case r.ContentLength < 0:
		return http.StatusLengthRequired, "the request needs a Content-Length"
	case r.ContentLength > v.most:
		return http.StatusRequestEntityTooLarge, "the file is too large"
	case v.has(path):
		return http.StatusConflict, "the file was delivered before"
	}
	return v.store(r, path, m[1], m[3])
}

func (v *vault) has(path string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	_, ok := v.places[path]
	return ok
}

func (v *vault) store(r *http.Request, path, kind, name string) (int, string) {
	media, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "multipart/form-data" || parameters["boundary"] == "" {
		return http.StatusBadRequest, "the body is not multipart/form-data"
	}
	whole := &ending{from: r.Body}
	body := multipart.NewReader(whole, parameters["boundary"])
	part, err := body.NextRawPart()
	if err != nil {
		return http.StatusBadRequest, "the body has no part"
	}
	if part.FormName() != "file" || !fits(kind, name, part.FileName()) {
		return http.StatusBadRequest, "the body needs one part, named file, with the file name that its path is for"
	}
	temporary, err := os.CreateTemp(v.dir, "incoming-*")
	if err != nil {
		return http.StatusInternalServerError, "the file cannot be kept"
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // gone already when it was kept
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(temporary, sum), part)
	if err = errors.Join(err, temporary.Close()); err != nil {
		return http.StatusBadRequest, "the body ends early or is malformed"
	}
	if _, err := body.NextRawPart(); !errors.Is(err, io.EOF) {
		return http.StatusBadRequest, "the body has more than one part, or ends early"
	}
	if _, err := io.Copy(io.Discard, whole); err != nil || !whole.is("--"+parameters["boundary"]+"--") {
		return http.StatusBadRequest, "the body is longer or shorter than its Content-Length"
	}
	return v.keep(File{Name: name, Path: path, Bytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, temporary.Name())
}

// fits says whether a form's file name may stand under a path's last part. Paths of the types quality and
// transformation have names made for them, and the form keeps the file's own.
func fits(kind, name, inForm string) bool {
	switch kind {
	case "visualization", "warehouse":
		return inForm == name
	default:
		return inForm != ""
	}
}

// ending remembers how a body ends: what follows the last boundary is an error.
type ending struct {
	from io.Reader
	last []byte
}

const endingSize = 256

func (e *ending) Read(b []byte) (int, error) {
	n, err := e.from.Read(b)
	e.last = append(e.last, b[max(0, n-endingSize):n]...)
	e.last = e.last[max(0, len(e.last)-endingSize):]
	return n, err
}

func (e *ending) is(text string) bool {
	return strings.HasSuffix(strings.TrimSuffix(string(e.last), "\r\n"), text)
}

func (v *vault) keep(f File, temporary string) (int, string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, taken := v.places[f.Path]; taken {
		return http.StatusConflict, "the file was delivered before"
	}
	if err := os.Rename(temporary, v.fileName(len(v.files))); err != nil {
		return http.StatusInternalServerError, "the file cannot be kept"
	}
	v.places[f.Path] = len(v.files)
	v.files = append(v.files, f)
	return http.StatusOK, "received"
}

func (v *vault) fileName(n int) string { return filepath.Join(v.dir, strconv.Itoa(n)) }

// show lists the files, or gives one back by its name or its whole path; of several the newest.
func (v *vault) show(w http.ResponseWriter, r *http.Request, wanted string) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	v.mu.Lock()
	files := append([]File{}, v.files...)
	v.mu.Unlock()
	if wanted == "" {
		writeJSON(w, http.StatusOK, files)
		return
	}
	for n := len(files) - 1; n >= 0; n-- {
		if files[n].Name == wanted || files[n].Path == wanted {
			w.Header().Set("Content-Type", "application/octet-stream")
			http.ServeFile(w, r, v.fileName(n))
			return
		}
	}
	writeJSON(w, http.StatusNotFound, map[string]string{"message": "no such file"})
}
