package server

import (
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// compressible is the size from which a body is worth compressing.
const compressible = 1024

func (a reply) write(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if a.damage == resetHalf && len(a.body) == 0 {
		hangUp(r)
		return
	}
	if len(a.body) == 0 {
		header.Set("Content-Length", "0")
		w.WriteHeader(a.status)
		return
	}
	fallback(&a.media, jsonType)
	header.Set("Content-Type", a.media)
	parts := [][]byte{a.body}
	if a.tail != nil {
		parts = append(parts, a.tail.plain)
	}
	if wantsGzip(r) && (a.tail != nil || len(a.body) >= compressible || a.damage == cutGzip) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Vary", "Accept-Encoding")
		buffer, ok := buffers.Get().(*packer)
		if !ok {
			buffer = &packer{}
		}
		defer buffers.Put(buffer)
		parts = buffer.pack(a.body, a.tail)
	}
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	if a.damage == cutGzip {
		parts, size = firstHalf(parts, size)
	}
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(a.status)
	if a.damage == resetHalf {
		parts, _ = firstHalf(parts, size)
	}
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // the caller has gone away
		}
	}
	if a.damage == resetHalf {
		_ = http.NewResponseController(w).Flush() // a caller that has gone away needs no reset
		hangUp(r)
	}
}

func wantsGzip(r *http.Request) bool {
	for entry := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(entry), ";")
		if strings.EqualFold(coding, "gzip") || coding == "*" {
			return strings.TrimSpace(weight) != "q=0"
		}
	}
	return false
}

var buffers sync.Pool

// packer makes a gzip body. A tail has been compressed before: its deflate blocks follow those of the head in one
// stream, so that only the head costs time, and every client can read it.
type packer struct {
	out     []byte
	deflate *flate.Writer
	gzip    *gzip.Writer
}

func (p *packer) Write(b []byte) (int, error) {
	p.out = append(p.out, b...)
	return len(b), nil
}

var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255}

func (p *packer) pack(head []byte, tail *typeBody) [][]byte {
	p.out = p.out[:0]
	if tail == nil {
		if p.gzip == nil {
			p.gzip, _ = gzip.NewWriterLevel(p, gzip.BestSpeed) // the level is a valid one
		}
		p.gzip.Reset(p)
		_, _ = p.gzip.Write(head) // a packer takes all that is written
		_ = p.gzip.Close()
		return [][]byte{p.out}
	}
	p.out = append(p.out, gzipHeader...)
	if p.deflate == nil {
		p.deflate, _ = flate.NewWriter(p, flate.BestSpeed) // the level is a valid one
	}
	p.deflate.Reset(p)
	_, _ = p.deflate.Write(head)
	_ = p.deflate.Flush() // ends on a whole byte, with more blocks to come
	sum := crc32.Update(crc32.ChecksumIEEE(head), crc32.IEEETable, tail.plain)
	trailer := binary.LittleEndian.AppendUint32(nil, sum)
	trailer = binary.LittleEndian.AppendUint32(trailer, uint32(len(head)+len(tail.plain)))
	return [][]byte{p.out, tail.packed, trailer}
}
