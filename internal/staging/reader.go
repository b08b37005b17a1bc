package staging

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
)

// Lines gives the lines of a stream without their newlines, each valid until the next. It ends with an error after
// which nothing comes: ErrTorn when the stream is not what was committed (the lines before may be wrong too),
// ErrNotExist when there is none. A caller may stop at any line.
func (s *Store) Lines(ctx context.Context, key string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		r, err := s.openStream(ctx, key)
		if err != nil {
			yield(nil, err)
			return
		}
		defer r.close()
		for {
			line, err := r.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// Verify reads a stream to its end and says what it holds; ErrTorn when it is not what was committed.
func (s *Store) Verify(ctx context.Context, key string) (Object, error) {
	r, err := s.openStream(ctx, key)
	if err != nil {
		return Object{}, err
	}
	defer r.close()
	for err == nil {
		_, err = r.next()
	}
	if !errors.Is(err, io.EOF) {
		return Object{}, err
	}
	return Object{Key: key, Count: r.count, Bytes: r.blob.Size(), SHA256: hex.EncodeToString(r.sum.Sum(nil))}, nil
}

// streamReader reads the lines of one stream and checks them against the footer.
type streamReader struct {
	ctx   context.Context
	store *Store
	key   string
	blob  *content
	src   source
	lines *bufio.Reader
	free  func()
	sum   hash.Hash
	count int64
	long  []byte // a line that does not fit the buffer
}

// source remembers what the bucket answered, so that a fault of the network is not taken for a torn stream.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

func (s *Store) openStream(ctx context.Context, key string) (*streamReader, error) {
	b, err := s.reader(ctx, key)
	if err != nil {
		return nil, err
	}
	r := &streamReader{ctx: ctx, store: s, key: key, blob: b, src: source{r: b}, sum: sha256.New()}
	z, err := borrowDecoder(&r.src)
	if err != nil {
		_ = b.Close()
		return nil, fmt.Errorf("decompress %s: %w", key, err)
	}
	r.lines = borrowBuffer(z)
	r.free = func() {
		returnBuffer(r.lines)
		returnDecoder(z)
	}
	return r, nil
}

func (r *streamReader) close() {
	r.free()
	_ = r.blob.Close()
}

// next gives the next line without its newline; io.EOF after a footer that fits.
func (r *streamReader) next() ([]byte, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, r.store.fault(reading, r.key, err)
	}
	line, err := r.readLine()
	if err != nil {
		return nil, err
	}
	if f, ok := parseFooter(line[:len(line)-1]); ok {
		line = bytes.Clone(line) // looking ahead moves the buffer
		if _, err := r.lines.Peek(1); errors.Is(err, io.EOF) {
			return nil, r.check(f)
		} else if err != nil {
			return nil, r.broken(err)
		}
	}
	r.sum.Write(line)
	r.count++
	return line[:len(line)-1], nil
}

// check ends the stream: io.EOF when the footer fits what was read.
func (r *streamReader) check(f footer) error {
	if f.count != r.count {
		return r.store.torn(r.key, fmt.Sprintf("it has %d lines of %d", r.count, f.count))
	}
	if f.sha256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return r.store.torn(r.key, "its checksum does not fit")
	}
	return io.EOF
}

// readLine gives a line with its newline.
func (r *streamReader) readLine() ([]byte, error) {
	r.long = r.long[:0]
	for {
		piece, err := r.lines.ReadSlice('\n')
		switch {
		case err == nil && len(r.long) == 0:
			return piece, nil
		case err != nil && !errors.Is(err, bufio.ErrBufferFull):
			return nil, r.broken(err)
		case len(r.long)+len(piece) > MaxLine:
			return nil, r.store.torn(r.key, "a line is too long")
		}
		r.long = append(r.long, piece...)
		if err == nil {
			return r.long, nil
		}
	}
}

// broken says why the stream could not be read on: the bucket's fault, or a stream that ends before its footer.
func (r *streamReader) broken(err error) error {
	if r.src.err != nil {
		return r.store.fault(reading, r.key, r.src.err)
	}
	if errors.Is(err, io.EOF) {
		return r.store.torn(r.key, "it ends without a footer")
	}
	return r.store.torn(r.key, "it does not decompress")
}
