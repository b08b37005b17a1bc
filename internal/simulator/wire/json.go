package wire

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// MaxBody bounds the body of a Salesforce call, in bytes.
const MaxBody = 6 << 20

// WriteJSON answers a value.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		http.Error(w, "the answer cannot be written as JSON", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", JSONType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may have gone away
}

// WriteMessage answers one sentence.
func WriteMessage(w http.ResponseWriter, status int, message string) {
	WriteJSON(w, status, map[string]string{"message": message})
}

// MalformedError is a body that is no JSON, or JSON of another shape.
type MalformedError struct{ Err error }

// Error says what is wrong with the body.
func (e *MalformedError) Error() string { return e.Err.Error() }

// Unwrap is the decoder's error.
func (e *MalformedError) Unwrap() error { return e.Err }

// DecodeStrict reads one JSON value that has only the members of into, and nothing after it.
func DecodeStrict(body []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	if err == nil {
		if _, err = decoder.Token(); errors.Is(err, io.EOF) {
			return nil
		}
		err = errors.New("there is more behind the JSON value")
	}
	return &MalformedError{err}
}

// SameSecret compares two secrets in constant time.
func SameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
