package staging

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"gocloud.dev/blob"
	"gocloud.dev/gcerrors"

	"longhaul/internal/fault"
)

// Object is what was committed under a key.
type Object struct {
	Key    string `json:"key"`
	Count  int64  `json:"count"` // lines of a stream; 0 for a plain file
	Bytes  int64  `json:"bytes"` // as the bucket holds them
	SHA256 string `json:"sha256"`
}

// maxSmall bounds what Read takes into memory.
const maxSmall = 16 << 20

// ErrMalformed says that a JSON object of the bucket does not parse.
var ErrMalformed = errors.New("malformed JSON")

// Write puts content under key, in place of what was there.
func (s *Store) Write(ctx context.Context, key string, content []byte) error {
	return s.put(ctx, key, content, typeFile, false)
}

// WriteNew puts content under key unless something is there; created says which.
func (s *Store) WriteNew(ctx context.Context, key string, content []byte) (created bool, err error) {
	return isCreated(s.put(ctx, key, content, typeFile, true))
}

// WriteJSON puts v under key as JSON, in place of what was there.
func (s *Store) WriteJSON(ctx context.Context, key string, v any) error {
	content, err := encode(key, v)
	if err != nil {
		return err
	}
	return s.put(ctx, key, content, typeJSON, false)
}

// WriteNewJSON puts v under key as JSON unless something is there; created says which.
func (s *Store) WriteNewJSON(ctx context.Context, key string, v any) (created bool, err error) {
	content, err := encode(key, v)
	if err != nil {
		return false, err
	}
	return isCreated(s.put(ctx, key, content, typeJSON, true))
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

func (s *Store) put(ctx context.Context, key string, content []byte, contentType string, isNew bool) error {
	u, err := s.upload(ctx, key, contentType, isNew)
	if err != nil {
		return err
	}
	defer u.abort()
	if _, err := u.Write(content); err != nil {
		return err
	}
	return u.commit()
}

// Read gives the content under key, at most 16 MiB of it; errors.Is(err, ErrNotExist) when there is none.
func (s *Store) Read(ctx context.Context, key string) ([]byte, error) {
	r, err := s.reader(ctx, key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = r.Close() }()
	content, err := io.ReadAll(io.LimitReader(r, maxSmall+1))
	if err != nil {
		return nil, s.fault(reading, key, err)
	}
	if len(content) > maxSmall {
		return nil, s.malformed(key, "larger than 16 MiB", ErrTooLong)
	}
	return content, nil
}

// ReadJSON fills v with the JSON under key; errors.Is(err, ErrNotExist) when there is none.
func (s *Store) ReadJSON(ctx context.Context, key string, v any) error {
	content, err := s.Read(ctx, key)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, v); err != nil {
		return s.malformed(key, "not the JSON it should be", fmt.Errorf("%w: %w", ErrMalformed, err))
	}
	return nil
}

func (s *Store) malformed(key, why string, err error) error {
	return &fault.Error{
		Class: fault.Invalid, System: fault.Bucket, Err: err,
		Message: fmt.Sprintf("the object %s in the bucket %s is %s; remove it and start the sync again", key, s.name, why),
	}
}

// Exists says whether something is under key.
func (s *Store) Exists(ctx context.Context, key string) (bool, error) {
	if err := checkKey(key); err != nil {
		return false, err
	}
	found, err := s.bucket.Exists(ctx, key)
	return found, s.fault(reading, key, err)
}

// Delete removes what is under key; that nothing is there is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if err := s.bucket.Delete(ctx, key); gcerrors.Code(err) != gcerrors.NotFound {
		return s.fault(erasing, key, err)
	}
	return nil
}

func (s *Store) reader(ctx context.Context, key string) (*blob.Reader, error) {
	if err := checkKey(key); err != nil {
		return nil, err
	}
	r, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, s.fault(reading, key, err)
	}
	return r, nil
}
