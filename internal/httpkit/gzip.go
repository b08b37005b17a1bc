package httpkit

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// Gzip is a layer that asks for gzip and unpacks the answer. It checks the end of the stream, so that a truncated answer never
// passes for a whole one.
type Gzip struct{ Next http.RoundTripper }

// RoundTrip asks for gzip and returns the answer unpacked.
func (t Gzip) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.Header.Set("Accept-Encoding", "gzip")
	resp, err := t.Next.RoundTrip(sent)
	if err != nil || !strings.EqualFold(strings.TrimSpace(resp.Header.Get("Content-Encoding")), "gzip") {
		return resp, err
	}
	resp.Body = &unpacked{packed: resp.Body}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true
	return resp, nil
}

var gzipReaders sync.Pool // of *gzip.Reader

// unpacked reads a packed body. Unpacking starts with the first Read, so that an empty body is simply empty.
type unpacked struct {
	packed io.ReadCloser
	gzip   *gzip.Reader
	err    error
}

func (u *unpacked) Read(p []byte) (int, error) {
	if u.err != nil {
		return 0, u.err
	}
	if u.gzip == nil {
		if u.gzip, u.err = openGzip(u.packed); u.err != nil {
			return 0, u.err
		}
	}
	n, err := u.gzip.Read(p)
	if err != nil {
		u.err = err
	}
	return n, err
}

// Close returns the reader to the pool and closes the body.
func (u *unpacked) Close() error {
	if u.gzip != nil {
		gzipReaders.Put(u.gzip)
		u.gzip = nil
	}
	if u.err == nil {
		u.err = errClosed
	}
	return u.packed.Close()
}

var errClosed = errors.New("the body is closed")

func openGzip(packed io.Reader) (*gzip.Reader, error) {
	if r, ok := gzipReaders.Get().(*gzip.Reader); ok {
		if err := r.Reset(packed); err != nil {
			gzipReaders.Put(r)
			return nil, err
		}
		return r, nil
	}
	return gzip.NewReader(packed)
}
