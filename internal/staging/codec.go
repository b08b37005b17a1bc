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

// The pools keep codecs for the next stream. Each codec holds about a window of memory.
var encoders, scratchEncoders, decoders, buffers sync.Pool

// encoder is a compressor and the pool that it returns to.
type encoder struct {
	*zstd.Encoder
	pool *sync.Pool
}

func borrowEncoder(w io.Writer, scratch bool) (encoder, error) {
	pool, size := &encoders, window
	if scratch {
		pool, size = &scratchEncoders, scratchWindow
	}
	if e, ok := pool.Get().(*zstd.Encoder); ok {
		e.Reset(w)
		return encoder{e, pool}, nil
	}
	e, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(size), zstd.WithEncoderLevel(zstd.SpeedFastest))
	return encoder{e, pool}, err
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
