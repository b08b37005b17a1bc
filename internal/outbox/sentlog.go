package outbox

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"longhaul/internal/catalog"
	"longhaul/internal/paths"
)

const (
	// sentFile is where a folder keeps its log, in its StateDir.
	sentFile = "delivered.json"
	// mostSent bounds the entries of the log. It is more than the files of a folder that is sent with --all after years: an
	// entry that is dropped while such a folder is sent would be missed later in the same run.
	mostSent = 5000
	// mostSentBytes bounds the log's file; what is longer is not read.
	mostSentBytes = 4 << 20
	// sentVersion numbers the form of the log. A new field keeps the number; a reader ignores fields that it does not know.
	sentVersion = 1
)

// sentContent is the content of the log's file.
type sentContent struct {
	Version int         `json:"version"`
	Files   []sentEntry `json:"files"` // oldest first
}

// sentEntry is a file that was sent. It is noted before the first byte leaves. If the answer is lost, the next answer of the
// catalog, that it has a file of this name, is understood.
type sentEntry struct {
	Host   string `json:"host"`
	Path   string `json:"path"` // in the catalog
	SHA256 string `json:"sha256"`
}

// sentLog is what was sent from a folder. The zero value keeps nothing.
type sentLog struct {
	path    string
	entries []sentEntry
	failed  func(error) // called once when the log cannot be written
}

// openLog opens the log of a folder. Types whose paths carry the time of the upload have none: no path is used twice.
func (r Request) openLog(dir string, note Note) *sentLog {
	if r.Type == catalog.DBT || r.Type == catalog.Quality {
		return &sentLog{}
	}
	l := &sentLog{path: filepath.Join(dir, paths.StateDir, sentFile)}
	l.failed = func(err error) {
		l.failed = func(error) {}
		note("Warning: what is delivered cannot be noted in %s (%v), so a later upload cannot tell that it was.",
			filepath.Dir(l.path), paths.Cause(err))
	}
	file, err := os.Open(l.path)
	if err != nil {
		return l
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, mostSentBytes))
	var log sentContent
	if err == nil && json.Unmarshal(content, &log) == nil && log.Version == sentVersion {
		l.entries = log.Files // a log that cannot be read, or of another form, says nothing
	}
	return l
}

// has says whether a file with this content was sent to this place before.
func (l *sentLog) has(e sentEntry) bool { return slices.Contains(l.entries, e) }

// add notes a file that is about to be sent.
func (l *sentLog) add(e sentEntry) {
	if l.path == "" || l.has(e) {
		return
	}
	l.entries = append(l.entries, e)
	l.entries = l.entries[max(0, len(l.entries)-mostSent):]
	l.save()
}

// remove forgets a file that the catalog has not taken.
func (l *sentLog) remove(e sentEntry) {
	if at := slices.Index(l.entries, e); at >= 0 {
		l.entries = slices.Delete(l.entries, at, at+1)
		l.save()
	}
}

// save replaces the file of the log.
func (l *sentLog) save() {
	if err := l.write(); err != nil {
		l.failed(err)
	}
}

func (l *sentLog) write() error {
	content, err := json.MarshalIndent(sentContent{sentVersion, l.entries}, "", " ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(l.path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	next, err := os.CreateTemp(dir, sentFile+".*")
	if err != nil {
		return err
	}
	_, err = next.Write(content)
	if err = errors.Join(err, next.Sync(), next.Close()); err == nil {
		err = os.Rename(next.Name(), l.path)
	}
	if err != nil {
		_ = os.Remove(next.Name())
	}
	return err
}
