package storetest

import (
	"fmt"
	"net/http"
	"strings"
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

// Refusal is the fault of a store of a kind that answers requests of these methods (of all, without any) with its own code.
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

// Page is the fault of a portal or gateway that answers these requests with a web page.
func Page(status int, methods ...string) Fault {
	return Answer(status, map[string]string{"Content-Type": "text/html; charset=utf-8"},
		"\ufeff<!-- portal -->\n<script>location='/login'</script><html><body>Please log in.</body></html>", methods...)
}

// Pages are the faults of portals whose pages begin in different ways.
func Pages(status int, methods ...string) map[string]Fault {
	const page = "<html><head><title>Sign in</title></head><body>Please log in.</body></html>"
	inUTF16 := []byte("\xff\xfe")
	for _, c := range []byte(page) {
		inUTF16 = append(inUTF16, c, 0)
	}
	header := map[string]string{"Content-Type": "application/octet-stream"}
	return map[string]Fault{
		"a script":    Page(status, methods...),
		"text":        Answer(status, header, "Access denied by your network. <a href=/login>Sign in</a><p>"+strings.Repeat("Ask IT. ", 20), methods...),
		"a mark":      Answer(status, header, "\ufeff"+page, methods...),
		"UTF-16":      Answer(status, header, string(inUTF16), methods...),
		"a long line": Answer(status, header, "<!--"+strings.Repeat("=", 2000)+"-->"+page, methods...),
	}
}

// Writes are the methods that write objects.
var Writes = []string{http.MethodPut, http.MethodPost}
