package staging

import (
	"bufio"
	"io"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Every stream has one goroutine and a window of 1 MiB: many are open at once, and their memory is the program's.
const (
	window     = 1 << 20
	readBuffer = 64 << 10
)

// The pools keep codecs for the next stream: each holds about a window of memory.
var encoders, decoders, buffers sync.Pool

func borrowEncoder(w io.Writer) (*zstd.Encoder, error) {
	if e, ok := encoders.Get().(*zstd.Encoder); ok {
		e.Reset(w)
		return e, nil
	}
	return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true),
		zstd.WithWindowSize(window), zstd.WithEncoderLevel(zstd.SpeedFastest))
}

func returnEncoder(e *zstd.Encoder) {
	e.Reset(nil)
	encoders.Put(e)
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
