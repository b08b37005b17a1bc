package wire

import (
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
)

// WantsGzip reports whether a caller accepts a gzip body.
func WantsGzip(r *http.Request) bool {
	for entry := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, weight, _ := strings.Cut(strings.TrimSpace(entry), ";")
		if strings.EqualFold(coding, "gzip") || coding == "*" {
			return strings.TrimSpace(weight) != "q=0"
		}
	}
	return false
}

// Tail is the end of a body that many answers share, plain and compressed once for all of them.
type Tail struct{ plain, packed []byte }

// NewTail compresses the end of a body.
func NewTail(plain []byte) *Tail {
	p := &packer{}
	writer, _ := flate.NewWriter(p, flate.DefaultCompression) // the level is a valid one
	_, _ = writer.Write(plain)                                // a packer takes all that is written
	_ = writer.Close()
	return &Tail{plain: plain, packed: p.out}
}

var packers sync.Pool

// packer makes a gzip body. The deflate blocks of a tail follow those of the head in one stream, so that only the head costs
// time, and every client can read it.
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

func (p *packer) pack(head []byte, tail *Tail) [][]byte {
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
