package bucket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// objects reads and writes small objects as a whole.
type objects struct {
	*driver
}

// maxSmall bounds what Read takes into memory.
const maxSmall = 16 << 20

var (
	// ErrMalformed says that a JSON object of the bucket does not parse.
	ErrMalformed = errors.New("malformed JSON")

	errTooLarge = errors.New("object too large")
)

// Write puts content under key, in place of what was there.
func (o objects) Write(ctx context.Context, key string, content []byte) error {
	return o.put(ctx, key, content, WriteOptions{})
}

// WriteNew puts content under key unless something is there; created says which.
func (o objects) WriteNew(ctx context.Context, key string, content []byte) (created bool, err error) {
	return isCreated(o.put(ctx, key, content, WriteOptions{IfAbsent: true}))
}

// WriteJSON puts v under key as JSON, in place of what was there.
func (o objects) WriteJSON(ctx context.Context, key string, v any) error {
	content, err := encode(key, v)
	if err != nil {
		return err
	}
	return o.put(ctx, key, content, WriteOptions{ContentType: typeJSON})
}

// WriteNewJSON puts v under key as JSON unless something is there; created says which.
func (o objects) WriteNewJSON(ctx context.Context, key string, v any) (created bool, err error) {
	content, err := encode(key, v)
	if err != nil {
		return false, err
	}
	return isCreated(o.put(ctx, key, content, WriteOptions{ContentType: typeJSON, IfAbsent: true}))
}

func encode(key string, v any) ([]byte, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", key, err)
	}
	return append(content, '\n'), nil
}

func isCreated(err error) (bool, error) {
	if errors.Is(err, ErrExist) {
		return false, nil
	}
	return err == nil, err
}

func (o objects) put(ctx context.Context, key string, content []byte, options WriteOptions) error {
	w, err := o.NewWriter(ctx, key, options)
	if err != nil {
		return err
	}
	defer w.Abort()
	if _, err := w.Write(content); err != nil {
		return err
	}
	return w.Commit()
}

// Read returns the content under key, which may have 16 MiB at most; errors.Is(err, ErrNotExist) when there is none.
func (o objects) Read(ctx context.Context, key string) ([]byte, error) {
	r, err := o.NewReader(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(io.LimitReader(r, maxSmall+1))
	if err != nil {
		return nil, r.Fault(err)
	}
	if len(content) > maxSmall {
		return nil, o.malformed(key, "larger than 16 MiB", errTooLarge)
	}
	if size := r.Size(); size > 0 && int64(len(content)) < size {
		return nil, r.Fault(io.ErrUnexpectedEOF)
	}
	return content, nil
}

// ReadJSON fills v with the JSON under key; errors.Is(err, ErrNotExist) when there is none.
func (o objects) ReadJSON(ctx context.Context, key string, v any) error {
	content, err := o.Read(ctx, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, v); err != nil {
		if o.remote() && !beginsAsJSON(content) { // a gateway's text; no store changes an object into such
			return o.unexpected(key)
		}
		return o.malformed(key, "not the JSON it should be", fmt.Errorf("%w: %w", ErrMalformed, err))
	}
	return nil
}

// beginsAsJSON reports whether content may be an object of Longhaul, damaged or not.
func beginsAsJSON(content []byte) bool {
	content = bytes.TrimLeft(content, " \t\r\n")
	return len(content) > 0 && strings.IndexByte(`{["`, content[0]) >= 0
}

// Exists reports whether there is an object under key.
func (o objects) Exists(ctx context.Context, key string) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	_, err := o.attributes(ctx, key)
	if err == nil || errors.Is(err, ErrNotExist) && o.kind != kindS3 || !o.remote() || ctx.Err() != nil {
		return err == nil, ignoring(ErrNotExist, err)
	}
	// The answer to a HEAD has no body: it does not say why the store refuses, nor, with S3, that it comes from S3. The answer
	// to a GET does.
	r, err := o.NewReader(ctx, key)
	if err != nil {
		return false, ignoring(ErrNotExist, err)
	}
	return true, r.Close()
}

// Delete removes the object under key. It is no error when there is none.
func (o objects) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return o.erase(ctx, key)
}
