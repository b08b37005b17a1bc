package catalog

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"regexp"
	"strings"

	"longhaul/internal/simulator/wire"
)

var deliveryPath = regexp.MustCompile(
	`^(visualization|warehouse|quality|transformation)-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})/([^/]+)$`)

// receive accepts one delivery. A path is written once; a body that breaks off is not kept.
func (s *store) receive(r *http.Request, path string) (status int, message string) {
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
	case !wire.SameSecret(token, s.Token):
		return http.StatusForbidden, "the token is not valid"
	case m[2] != s.SourceID:
		return http.StatusForbidden, "the token is not valid for this source"
	case r.ContentLength < 0:
		return http.StatusLengthRequired, "the request needs a Content-Length"
	case r.ContentLength > s.MaxUpload:
		return http.StatusRequestEntityTooLarge, "the file is too large"
	case s.has(path):
		return http.StatusConflict, "the file was delivered before"
	}
	return s.save(r, path, m[1], m[3])
}

// save reads the form of a delivery into a file.
func (s *store) save(r *http.Request, path, kind, name string) (int, string) {
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
	temporary, err := os.CreateTemp(s.Dir, "incoming-*")
	if err != nil {
		return http.StatusInternalServerError, "the file cannot be kept"
	}
	defer func() { _ = os.Remove(temporary.Name()) }() // which is gone when the file was kept
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
	return s.keep(File{Name: name, Path: path, Bytes: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, temporary.Name())
}

// fits reports whether a form's file name may stand under a path's last part. Paths of the types quality and
// transformation have names made for them, and the form keeps the file's own.
func fits(kind, name, inForm string) bool {
	switch kind {
	case "visualization", "warehouse":
		return inForm == name
	default:
		return inForm != ""
	}
}

// ending remembers how a body ends: bytes after the last boundary are an error.
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
