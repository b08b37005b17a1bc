package catalog

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// errChanged is the error of a file whose content is no longer what was announced.
var errChanged = errors.New("the file changed while it was being sent")

// body is the multipart form of one try: a head, the file as it is read, a tail. It holds no more of the file than the reader's
// buffer, computes the file's hash, and withholds the tail if the file is not what was announced, so that the catalog never
// takes a wrong file for a whole one.
type body struct {
	file     File
	boundary string
	content  io.ReadCloser
	head     *strings.Reader
	tail     *strings.Reader
	hash     hash.Hash
	left     int64 // bytes of the file still to come
	checked  bool
	moved    func(sent int64) // called after every read

	whole   atomic.Bool // everything, the tail included, was sent
	trouble atomic.Pointer[error]
	closed  atomic.Bool // by the transport: a read fails after that, which is no error of the file
	over    atomic.Bool // the try has ended: the transport may read on for a moment, and moved is not called
}

// newBody opens the file again: the reader of an earlier try is at its end and would send an empty file.
func newBody(f File, moved func(int64)) (*body, error) {
	content, err := f.Open()
	if err != nil {
		return nil, err
	}
	boundary := newBoundary()
	return &body{
		file:     f,
		boundary: boundary,
		content:  content,
		head: strings.NewReader("--" + boundary + "\r\n" +
			`Content-Disposition: form-data; name="file"; filename="` + quoteName(Base(f.Name)) + `"` + "\r\n\r\n"),
		tail:  strings.NewReader("\r\n--" + boundary + "--\r\n"),
		hash:  sha256.New(),
		left:  f.Size,
		moved: moved,
	}, nil
}

// newBoundary returns 32 hexadecimal digits, the form of castor's boundaries.
func newBoundary() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	return hex.EncodeToString(random[:])
}

// quoteName escapes characters that would end a quoted file name, as browsers do.
func quoteName(name string) string {
	return strings.NewReplacer("\r", "%0D", "\n", "%0A", `"`, "%22").Replace(name)
}

func (b *body) contentType() string { return "multipart/form-data; boundary=" + b.boundary }

// length is the size of the whole body, known before the first byte is read. Call it before Read.
func (b *body) length() int64 { return b.head.Size() + b.file.Size + b.tail.Size() }

// sum is the SHA-256 of the file as it was sent.
func (b *body) sum() string { return hex.EncodeToString(b.hash.Sum(nil)) }

// Read returns the next bytes.
func (b *body) Read(p []byte) (int, error) {
	n, err := b.read(p)
	if err != nil && !errors.Is(err, io.EOF) && !b.closed.Load() {
		b.trouble.CompareAndSwap(nil, &err)
	}
	if !b.over.Load() {
		b.moved(b.file.Size - b.left)
	}
	return n, err
}

func (b *body) read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if b.head.Len() > 0 {
		return b.head.Read(p)
	}
	if b.left > 0 {
		return b.readFile(p)
	}
	if !b.checked {
		if err := b.check(); err != nil {
			return 0, err
		}
		b.checked = true
	}
	n, err := b.tail.Read(p)
	if b.tail.Len() == 0 {
		b.whole.Store(true)
	}
	return n, err
}

func (b *body) readFile(p []byte) (int, error) {
	n, err := b.content.Read(p[:min(int64(len(p)), b.left)])
	b.hash.Write(p[:n])
	b.left -= int64(n)
	switch {
	case err == nil || b.left == 0 && errors.Is(err, io.EOF):
		return n, nil
	case errors.Is(err, io.EOF):
		return n, fmt.Errorf("%w: %d bytes are missing at its end", errChanged, b.left)
	default:
		return n, &readError{err}
	}
}

// check makes sure, before the tail makes the body valid, that the file has the announced size and checksum.
func (b *body) check() error {
	var more [1]byte
	if n, err := io.ReadFull(b.content, more[:]); n > 0 {
		return fmt.Errorf("%w: it grew beyond %d bytes", errChanged, b.file.Size)
	} else if !errors.Is(err, io.EOF) {
		return &readError{err}
	}
	if b.file.SHA256 != "" && !strings.EqualFold(b.file.SHA256, b.sum()) {
		return fmt.Errorf("%w: its checksum is another", errChanged)
	}
	return nil
}

// receipt describes what was sent; it is empty until the whole body was sent.
func (b *body) receipt(status int) Receipt {
	if !b.whole.Load() {
		return Receipt{}
	}
	return Receipt{Status: status, Bytes: b.file.Size, SHA256: b.sum(), At: time.Now().UTC()}
}

// Close closes the file. HTTP/2 does so during a read as soon as the catalog refuses the file.
func (b *body) Close() error {
	b.closed.Store(true)
	return b.content.Close()
}

// problem is the error of the file itself, if any: it counts before that of the connection.
func (b *body) problem() error {
	if err := b.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// readError is a failure to read the file, and not one of the connection.
type readError struct{ err error }

func (e *readError) Error() string { return "reading the file: " + e.err.Error() }
func (e *readError) Unwrap() error { return e.err }
