package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"longhaul/internal/catalog"
)

// deliveredFile is where a folder keeps what was sent from it, in its .longhaul.
const deliveredFile = "delivered.json"

// mostEntries bounds the record. It is more than a folder that is sent with --all holds after years: what is forgotten while
// such a folder is sent would be missed later in the same run.
const mostEntries = 5000

// deliveryEntry is a file that was sent. It is noted before the first byte leaves: if the answer is lost, the catalog's
// next one, that it has a file of this name, is understood.
type deliveryEntry struct {
	Host   string `json:"host"`
	Path   string `json:"path"` // in the catalog
	SHA256 string `json:"sha256"`
}

// deliveries is what was sent from a folder; the zero value keeps nothing.
type deliveries struct {
	path    string
	entries []deliveryEntry
	failed  func(error) // told once when the record cannot be kept
}

// history opens the record of a folder. Types whose paths carry the time of the upload have none: no name is used twice.
func (d delivery) history(c *console, dir string) *deliveries {
	if d.Type == catalog.DBT || d.Type == catalog.Quality {
		return &deliveries{}
	}
	h := &deliveries{path: filepath.Join(dir, stateDir, deliveredFile)}
	h.failed = func(err error) {
		h.failed = func(error) {}
		c.note("Warning: what is delivered cannot be noted in %s (%v), so a later upload cannot tell that it was.", filepath.Dir(h.path), reasonOf(err))
	}
	const most = 4 << 20
	file, err := os.Open(h.path)
	if err != nil {
		return h
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, most))
	if err != nil || json.Unmarshal(content, &h.entries) != nil {
		h.entries = nil // of a record that cannot be read nothing is known
	}
	return h
}

// has says whether a file with this content was sent to this place before.
func (h *deliveries) has(e deliveryEntry) bool { return slices.Contains(h.entries, e) }

// add notes a file that is about to be sent.
func (h *deliveries) add(e deliveryEntry) {
	if h.path == "" || h.has(e) {
		return
	}
	h.entries = append(h.entries, e)
	h.entries = h.entries[max(0, len(h.entries)-mostEntries):]
	h.save()
}

// remove forgets a file that the catalog has not taken.
func (h *deliveries) remove(e deliveryEntry) {
	if at := slices.Index(h.entries, e); at >= 0 {
		h.entries = slices.Delete(h.entries, at, at+1)
		h.save()
	}
}

// save puts the record in place of the one before.
func (h *deliveries) save() {
	if err := h.write(); err != nil {
		h.failed(err)
	}
}

func (h *deliveries) write() error {
	content, err := json.MarshalIndent(h.entries, "", " ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(h.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	next, err := os.CreateTemp(dir, deliveredFile+".*")
	if err != nil {
		return err
	}
	_, err = next.Write(content)
	if err = errors.Join(err, next.Sync(), next.Close()); err == nil {
		err = os.Rename(next.Name(), h.path)
	}
	if err != nil {
		_ = os.Remove(next.Name())
	}
	return err
}

// reasonOf takes the path out of a file error.
func reasonOf(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}

// sumOf reads a file for its size and SHA-256.
func sumOf(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = file.Close() }()
	digest := sha256.New()
	size, err = io.Copy(digest, file)
	return size, hex.EncodeToString(digest.Sum(nil)), err
}
