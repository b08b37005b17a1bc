package server

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// maxAddress bounds the URI, and the URI with the headers, in bytes.
const maxAddress = 16_384

// salesforce answers every request to the Salesforce server.
func (s *Server) salesforce(w http.ResponseWriter, r *http.Request) {
	if strings.Trim(r.URL.Path, "/") == "simulator/stats" {
		s.serveStats(w, r)
		return
	}
	s.stats.enter()
	s.wait(r)
	if s.stopping.Err() != nil {
		s.stats.leave()
		refusal(http.StatusServiceUnavailable, "SERVER_UNAVAILABLE", "The simulator is going down").write(w, r)
		return
	}
	r = r.WithContext(context.WithoutCancel(r.Context())) // a call counts, even when its caller has gone away
	found, c := s.match(r.URL.Path)
	c.r, c.query = r, r.URL.Query()
	answer, isCounted := reply{}, false
	if status := tooLong(r); status != 0 {
		answer = reply{status: status}
	} else {
		answer, isCounted = s.handle(found, &c)
	}
	s.stats.count(found.name, answer.status)
	s.stats.leave() // before the last byte, after which the caller may begin another call
	header := w.Header()
	header.Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	header.Set("Cache-Control", "no-cache,must-revalidate,max-age=0,no-store,private")
	if isCounted {
		used, _ := s.usage.now()
		header.Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/%d", used, s.options.DailyLimit))
	}
	if answer.allow != "" {
		header.Set("Allow", answer.allow)
	}
	answer.write(w, r)
}

func (s *Server) serveStats(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	writeJSON(w, http.StatusOK, s.Stats())
}

// wait spends the latency, or less when nobody waits for the answer any more.
func (s *Server) wait(r *http.Request) {
	if s.options.Latency == 0 {
		return
	}
	timer := time.NewTimer(s.options.Latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

func tooLong(r *http.Request) int {
	size := len(r.RequestURI)
	if size > maxAddress {
		return http.StatusRequestURITooLong
	}
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + 4
		}
	}
	if size > maxAddress {
		return http.StatusRequestHeaderFieldsTooLarge
	}
	return 0
}

// compressible is the size from which a body is worth compressing.
const compressible = 1024

func (a reply) write(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	if len(a.body) == 0 {
		header.Set("Content-Length", "0")
		w.WriteHeader(a.status)
		return
	}
	header.Set("Content-Type", jsonType)
	parts := [][]byte{a.body}
	if a.tail != nil {
		parts = append(parts, a.tail.plain)
	}
	if wantsGzip(r) && (a.tail != nil || len(a.body) >= compressible) {
		header.Set("Content-Encoding", "gzip")
		header.Set("Vary", "Accept-Encoding")
		buffer := buffers.Get().(*packer)
		defer buffers.Put(buffer)
		parts = buffer.pack(a.body, a.tail)
	}
	size := 0
	for _, part := range parts {
		size += len(part)
	}
	header.Set("Content-Length", strconv.Itoa(size))
	w.WriteHeader(a.status)
	for _, part := range parts {
		if _, err := w.Write(part); err != nil {
			return // the caller has gone away
		}
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

var buffers = sync.Pool{New: func() any { return &packer{} }}

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
