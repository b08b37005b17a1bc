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

	"longhaul/internal/bucket"
	"longhaul/internal/fault"
)

// Lines yields the lines of a stream without their newlines, each valid until the next. An error is the last thing that it
// yields: ErrTorn when the stream is not what was committed (the lines before may be wrong too), ErrNotExist when there is
// none. A caller may stop at any line.
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

// Verify reads a stream to its end and returns what it holds; ErrTorn when it is not what was committed.
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
	return Object{Key: key, Count: r.count, Bytes: r.in.Size(), SHA256: hex.EncodeToString(r.sum.Sum(nil))}, nil
}

// streamReader reads the lines of one stream and checks them against the footer.
type streamReader struct {
	ctx   context.Context
	store *Store
	key   string
	in    *bucket.Reader
	src   source
	lines *bufio.Reader
	free  func()
	sum   hash.Hash
	count int64
	long  []byte // a line that does not fit the buffer
}

// source keeps the error of the bucket, so that an error of the network is not taken for a torn stream.
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
	in, err := s.NewReader(ctx, key)
	if err != nil {
		return nil, err
	}
	r := &streamReader{ctx: ctx, store: s, key: key, in: in, src: source{r: in}, sum: sha256.New()}
	z, err := borrowDecoder(&r.src)
	if err != nil {
		_ = in.Close()
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
	_ = r.in.Close()
}

// next returns the next line without its newline; io.EOF after a footer that fits.
func (r *streamReader) next() ([]byte, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, r.in.Fault(err)
	}
	line, err := r.readLine()
	if err != nil {
		return nil, err
	}
	if f, ok := parseFooter(line[:len(line)-1]); ok {
		line = bytes.Clone(line) // Peek moves the buffer
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
		return r.torn(fmt.Sprintf("it has %d lines of %d", r.count, f.count))
	}
	if f.sha256 != hex.EncodeToString(r.sum.Sum(nil)) {
		return r.torn("its checksum does not fit")
	}
	return io.EOF
}

// readLine returns a line with its newline.
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
			return nil, r.torn("a line is too long")
		}
		r.long = append(r.long, piece...)
		if err == nil {
			return r.long, nil
		}
	}
}

// broken says why reading stopped: an error of the bucket, or a stream that ends before its footer.
func (r *streamReader) broken(err error) error {
	if r.src.err != nil {
		return r.in.Fault(r.src.err)
	}
	if errors.Is(err, io.EOF) {
		return r.torn("it ends without a footer")
	}
	return r.torn("it does not decompress")
}

// torn is the error of a stream that is not what was committed.
func (r *streamReader) torn(why string) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: ErrTorn,
		Message: fmt.Sprintf("the object %s in the bucket %s is damaged (%s); remove it and start the sync again", r.key, r.store, why),
	}
}
