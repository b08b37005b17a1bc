package exchange

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
)

// damaged is the error of an answer that began well and cannot be read.
func (x *Exchange) damaged(op string, resp *http.Response, body *recorder, err error) error {
	place := x.Session.Place()
	var syntax *jsontext.SyntacticError
	isSyntax := errors.As(err, &syntax)
	if isSyntax || errors.Is(err, apierror.ErrNotJSON) || errors.Is(err, decode.ErrUnreadable) {
		if page := apierror.Page(body.start(), place.Secrets); page != nil {
			err, isSyntax = page, false
		}
	}
	switch {
	case errors.Is(err, httpkit.ErrTooLarge), errors.Is(err, apierror.ErrNoColumns), errors.Is(err, apierror.ErrWebPage),
		errors.Is(err, apierror.ErrNotJSON), errors.Is(err, apierror.ErrContradiction):
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		err = apierror.ErrTruncated
	case isSyntax:
		err = decode.ErrUnreadable
	default:
		if apierror.IsTimeout(err) {
			return apierror.Unreachable(op, place.Instance.Host, err)
		}
		err = apierror.Quiet(err)
	}
	e := apierror.Unreadable(op, place.Instance.Host, err)
	e.Status, e.Date = resp.StatusCode, x.Consensus.Expected(time.Now()) // its own date proves nothing
	return e
}

// isJSON reports whether an answer claims to be JSON: the page of a portal has status 200 too.
func isJSON(header http.Header) bool {
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// recorder keeps the beginning of a body while it is read, so that an unreadable answer can be named.
type recorder struct {
	from io.Reader
	kept []byte
	read int // bytes
}

// keptBytes is more than a decoder reads before it sees that a page is no JSON.
const keptBytes = 4 << 10

func (r *recorder) Read(p []byte) (int, error) {
	if room := keptBytes - len(r.kept); room > 0 { // no more at once, so that an unreadable body shows before more of it is gone
		n, err := r.from.Read(p[:min(len(p), room)])
		r.kept = append(r.kept, p[:n]...)
		r.read += n
		return n, err
	}
	n, err := r.from.Read(p)
	r.read += n
	return n, err
}

// start is the beginning of the body. It reads on as long as nothing was read beyond the kept bytes.
func (r *recorder) start() []byte {
	if r.read > len(r.kept) {
		return r.kept
	}
	more, _ := io.ReadAll(io.LimitReader(r.from, apierror.LongestStart))
	return append(r.kept, more...)
}
