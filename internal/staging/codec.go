package staging

import (
	"bufio"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Every stream has one goroutine and a window of 1 MiB: many are open at once, and they make up the program's memory. Of
// scratch streams many more are read at once, so their window is smaller.
const (
	window        = 1 << 20
	scratchWindow = 128 << 10
	readBuffer    = 64 << 10
)

// The pools keep codecs for the next stream. Each codec holds about a window of memory, an encoder of dense streams five.
var decoders, buffers sync.Pool

// form is how a stream is compressed.
type form struct {
	window int
	level  zstd.EncoderLevel
	pool   *sync.Pool
}

var (
	plain   = form{window, zstd.SpeedFastest, new(sync.Pool)}
	scratch = form{scratchWindow, zstd.SpeedFastest, new(sync.Pool)}
	dense   = form{window, zstd.SpeedBetterCompression, new(sync.Pool)}
)

// encoder is a compressor and the pool that it returns to.
type encoder struct {
	*zstd.Encoder
	pool *sync.Pool
}

func borrowEncoder(w io.Writer, as form) (encoder, error) {
	if e, ok := as.pool.Get().(*zstd.Encoder); ok {
		e.Reset(w)
		return encoder{e, as.pool}, nil
	}
	e, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(as.window), zstd.WithEncoderLevel(as.level))
	return encoder{e, as.pool}, err
}

func (e encoder) free() {
	e.Reset(nil)
	e.pool.Put(e.Encoder)
}

func borrowDecoder(r io.Reader) (*zstd.Decoder, error) {
	if d, ok := decoders.Get().(*zstd.Decoder); ok {
		return d, d.Reset(r)
	}
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(window))
}

func returnDecoder(d *zstd.Decoder) {
	if d.Reset(nil) == nil {
		decoders.Put(d)
	}
}

func borrowBuffer(r io.Reader) *bufio.Reader {
	if b, ok := buffers.Get().(*bufio.Reader); ok {
		b.Reset(r)
		return b
	}
	return bufio.NewReaderSize(r, readBuffer)
}

func returnBuffer(b *bufio.Reader) {
	b.Reset(nil)
	buffers.Put(b)
}
