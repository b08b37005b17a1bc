package storetest

import (
	"fmt"
	"net/http"
)

// Kind is a kind of store.
type Kind string

// The kinds, by the scheme of their URLs.
const (
	S3     Kind = "s3"
	Google Kind = "gs"
	Azure  Kind = "azblob"
)

// Kinds lists them all.
var Kinds = []Kind{S3, Google, Azure}

// Refusal is the fault of a store of a kind that answers such requests with a code of its own.
func Refusal(kind Kind, status int, code string, methods ...string) Fault {
	const message = "the words of the store"
	switch kind {
	case Azure:
		return Answer(status, map[string]string{"x-ms-error-code": code, "Content-Type": "application/xml"},
			fmt.Sprintf(`<?xml version="1.0" encoding="utf-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message), methods...)
	case Google:
		return Answer(status, map[string]string{"Content-Type": "application/json"},
			fmt.Sprintf(`{"error":{"code":%d,"message":%q,"errors":[{"reason":%q,"message":%q}]}}`, status, message, code, message), methods...)
	default:
		return Answer(status, map[string]string{"Content-Type": "application/xml"},
			fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>%s</Code><Message>%s</Message></Error>`, code, message), methods...)
	}
}

// Page is the fault of a portal or gateway that answers such requests with a page for people.
func Page(status int, methods ...string) Fault {
	return Answer(status, map[string]string{"Content-Type": "text/html; charset=utf-8"},
		"\ufeff<!-- portal -->\n<script>location='/login'</script><html><body>Please log in.</body></html>", methods...)
}

// Writes are the methods by which objects are written.
var Writes = []string{http.MethodPut, http.MethodPost}
