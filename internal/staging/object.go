package staging

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

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
	if size := r.Size(); size > 0 && int64(len(content)) < size {
		return nil, s.fault(reading, key, io.ErrUnexpectedEOF)
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
		if s.remote() && !beginsAsJSON(content) { // a gateway's words; no store makes such of what it was given
			return s.stranger(key)
		}
		return s.malformed(key, "not the JSON it should be", fmt.Errorf("%w: %w", ErrMalformed, err))
	}
	return nil
}

// beginsAsJSON says whether content may be one of our objects, damaged or not.
func beginsAsJSON(content []byte) bool {
	content = bytes.TrimLeft(content, " \t\r\n")
	return len(content) > 0 && strings.IndexByte(`{["`, content[0]) >= 0
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
	_, err := s.attributes(ctx, key)
	if err == nil || errors.Is(err, ErrNotExist) && s.kind != "s3" || !s.remote() || ctx.Err() != nil {
		return err == nil, ignoring(ErrNotExist, err)
	}
	// The answer to a HEAD has no body, so it does not say why it refuses, and that of S3 not that it is S3's. The answer to a GET does.
	r, err := s.reader(ctx, key)
	if err != nil {
		return false, ignoring(ErrNotExist, err)
	}
	return true, r.Close()
}

// attributes asks what the store knows of an object, and gives its size. Whether it says that there is none is decided here:
// by the drivers an answer may count as that which only forbids to say it.
func (s *Store) attributes(ctx context.Context, key string) (size int64, err error) {
	err = s.ask(ctx, reading, key, func(ctx context.Context) error {
		a, err := s.bucket.Attributes(ctx, key)
		if err != nil {
			return err
		}
		if s.remote() && isPage(a.ContentType, nil) { // which no object of ours is
			return &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: s.astray(s.host)}
		}
		size = a.Size
		return nil
	})
	return size, s.orAway(err)
}

// confirm looks whether a store of S3 has what it has just said that it took: to its driver every answer of status 200 says so,
// that of a portal too. A part of a shard needs no look: it is missed when the parts are joined, and made again.
func (s *Store) confirm(ctx context.Context, key string, bytes int64) error {
	if _, part := ParsePart(key); s.kind != "s3" || part {
		return nil
	}
	size, err := s.attributes(ctx, key)
	switch {
	case errors.Is(err, ErrNotExist), err == nil && bytes >= 0 && size != bytes:
		return &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: fmt.Errorf("%s: %d bytes of %d", key, size, bytes),
			Message: fmt.Sprintf("the bucket %s does not hold what it has just taken; something between may answer in its place: "+
				"check the network's login page, HTTPS_PROXY and NO_PROXY", s.name),
		}
	}
	return err
}

// ignoring gives err unless it is what is ignored.
func ignoring(what, err error) error {
	if errors.Is(err, what) {
		return nil
	}
	return err
}

// Delete removes what is under key; that nothing is there is no error.
func (s *Store) Delete(ctx context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	return s.erase(ctx, key)
}

// erase is Delete for keys that came out of a list, temporary files of a killed process among them.
func (s *Store) erase(ctx context.Context, key string) error {
	return ignoring(ErrNotExist, s.ask(ctx, erasing, key, func(ctx context.Context) error { return s.bucket.Delete(ctx, key) }))
}
