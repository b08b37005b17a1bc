package wire

import (
	"cmp"
	"net/http"
	"strconv"
)

// minCompressed is the size in bytes from which a body is worth compressing.
const minCompressed = 1024

// Write sends an answer with the damage that is to be done to it.
func (a *Reply) Write(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if a.Damage == ResetHalfway && len(a.Body) == 0 {
		HangUp(r)
		return
	}
	if len(a.Body) == 0 {
		header.Set("Content-Length", "0")
		w.WriteHeader(a.Status)
		return
	}
	header.Set("Content-Type", cmp.Or(a.Media, JSONType))
	parts := [][]byte{a.Body}
	if a.Tail != nil {
		parts = append(parts, a.Tail.plain)
	}
	if WantsGzip(r) && (a.Tail != nil || len(a.Body) >= minCompressed || a.Damage == TruncatedGzip) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Vary", "Accept-Encoding")
		packing, ok := packers.Get().(*packer)
		if !ok {
			packing = &packer{}
		}
		defer packers.Put(packing)
		parts = packing.pack(a.Body, a.Tail)
	}
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if a.Damage == TruncatedGzip {
		parts, size = firstHalf(parts, size)
	}
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(a.Status)
	if a.Damage == ResetHalfway {
		parts, _ = firstHalf(parts, size)
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // the caller has gone away
		}
	}
	if a.Damage == ResetHalfway {
		_ = http.NewResponseController(w).Flush() // a caller that has gone away needs no reset
		HangUp(r)
	}
}

// firstHalf cuts the parts of a body of size bytes down to its first half.
func firstHalf(parts [][]byte, size int) ([][]byte, int) {
	half := size / 2
	var kept [][]byte
	left := half
	for _, part := range parts {
		part = part[:min(len(part), left)]
		kept = append(kept, part)
		left -= len(part)
	}
	return kept, half
}
