package receiver

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nicholas-fedor/shoutrrr/pkg/util/jsonclient"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/httpkit"
)

// errNotForIt says that a receiver gets no such message.
var errNotForIt = errors.New("the message is not for this receiver")

// unsent is a message that did not arrive. Its sentence holds no part of the address, which may be a secret as a whole; so the cause, whose
// text may, is not below it.
func unsent(class fault.Class, format string, args ...any) *fault.Error {
	return &fault.Error{Class: class, System: fault.Longhaul, Message: fmt.Sprintf(format, args...)}
}

// again says whether another try may help, and cannot make two messages of one that arrived.
func again(err error) bool { return fault.Is(err, fault.Transient) || fault.Is(err, fault.Throttled) }

// sentenceOf is what people read of a failure. A panic is the fault of a library, whose text may hold the address.
func sentenceOf(err error) string {
	if f := fault.From(err); f != nil {
		return f.Message
	}
	if errors.As(err, new(*fault.PanicError)) {
		return "the library that sends to such receivers panicked: check the URL, and tell the makers of Longhaul"
	}
	return "the message could not be sent"
}

// receiverHost is how sentences name a receiver whose address they may not show.
var receiverHost = httpkit.Host{Name: "the receiver", Address: "its url"}

// unanswered is the failure of a request that got no answer; nil where the error does not say why.
func unanswered(ctx context.Context, err error) error {
	var refused *httpkit.ProxyError
	if errors.As(err, &refused) {
		wordless := *refused
		wordless.Words = "" // which may name the host of the receiver
		err = &wordless
	}
	var lookup *net.DNSError
	var silent *hang.Error
	switch failure := httpkit.FailureOf(err, receiverHost); {
	case failure.Kind == httpkit.Certificate:
		return unsent(fault.Invalid, "%s", untrusted(err))
	case failure.Message != "":
		class := fault.Invalid
		if failure.Kind == httpkit.ProxyAway || failure.Kind == httpkit.ProxyFails {
			class = fault.Transient
		}
		return unsent(class, "%s", failure.Message)
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return unsent(fault.Transient, "the host of the receiver is not found: check its url, and DNS")
	case errors.As(err, &silent):
		return unsent(fault.Transient, "the receiver %s: nothing to change if it passes; else check whether it runs", silent)
	case late(ctx, err):
		return unsent(fault.Transient, "the receiver did not answer in time: nothing to change if it passes; else check whether it runs")
	case httpkit.IsDial(err):
		return unsent(fault.Transient, "there is no connection to the receiver: check whether it runs, and the host and the port of its url")
	}
	return nil
}

// late says whether a receiver took too long.
func late(ctx context.Context, err error) bool {
	var wait net.Error
	return ctx.Err() != nil || errors.Is(err, context.DeadlineExceeded) || errors.As(err, &wait) && wait.Timeout() || errors.As(err, new(*hang.Error))
}

// untrusted says what is wrong with a certificate, without the names in it.
func untrusted(err error) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of the receiver has expired, or is not valid yet: check this machine's clock; if it is right, the receiver needs another one"
	case errors.As(err, &name):
		return "the certificate of the receiver is for another host: check the host of its url, and whether a proxy answers in its place"
	case errors.As(err, &unknown):
		return "the certificate of the receiver is signed by a CA that is not trusted here: add the CA to those of the system, or name it by SSL_CERT_FILE"
	}
	return "the certificate of the receiver is not accepted: check the host of its url, and whether a proxy answers in its place"
}

// answered is the failure of a request that was answered with a status.
func answered(status int, header http.Header, now time.Time) error {
	switch {
	case status < http.StatusMultipleChoices:
		return nil
	case status == http.StatusTooManyRequests || status == http.StatusRequestTimeout:
		f := unsent(fault.Throttled, "the receiver answered %d: it gets more messages than it takes; nothing to change if it passes", status)
		f.RetryAfter = httpkit.RetryAfter(header, now)
		return f
	case status >= http.StatusInternalServerError:
		f := unsent(fault.Transient, "the receiver answered %d: nothing to change if it passes; else look into its log", status)
		f.RetryAfter = httpkit.RetryAfter(header, now)
		return f
	case status < http.StatusBadRequest:
		return unsent(fault.Invalid, "the receiver answered %d, which leads elsewhere: set its url to the address that it leads to", status)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return unsent(fault.Invalid, "the receiver answered %d: check the key or the token in its url", status)
	case status == http.StatusNotFound || status == http.StatusGone:
		return unsent(fault.Invalid, "the receiver answered %d: it is not there any more; check its url", status)
	}
	return unsent(fault.Invalid, "the receiver answered %d: it does not take the message; check its url", status)
}

var (
	// statusIn is a status in the text of a library.
	statusIn = regexp.MustCompile(`(?i)\b(?:status|http|code)\b[^0-9]{0,12}([345]\d\d)\b`)
	opaque   = regexp.MustCompile(`[A-Za-z0-9_=+/-]{20,}`)
	words    = regexp.MustCompile(`[A-Za-z0-9]+`)
)

// longestQuote bounds what is quoted of a library, in bytes.
const longestQuote = 160

// ofLibrary is the failure of a library that sent to an address. Its text is quoted only where no part of the address is in it.
func ofLibrary(ctx context.Context, err error, address string) error {
	if err == nil || fault.From(err) != nil || errors.As(err, new(*fault.PanicError)) { // of Longhaul's own
		return err
	}
	if known := unanswered(ctx, err); known != nil {
		if late(ctx, err) { // it may have arrived, and such receivers show a repeat
			return unsent(fault.Invalid, "%s", fault.From(known).Message)
		}
		return known
	}
	text := httpkit.OneLine(err.Error())
	var answer jsonclient.Error
	if errors.As(err, &answer) && answer.StatusCode >= http.StatusMultipleChoices {
		return answered(answer.StatusCode, nil, time.Time{})
	}
	quote := ""
	if !holds(text, address) {
		quote = " (" + fault.Clip(text, longestQuote) + ")"
	}
	if m := statusIn.FindStringSubmatch(text); m != nil {
		status, _ := strconv.Atoi(m[1])
		f := fault.From(answered(status, nil, time.Time{}))
		return unsent(f.Class, "%s%s", f.Message, quote)
	}
	return unsent(fault.Invalid, "the receiver did not take the message%s: check its url, and what it allows", quote)
}

// shortestPart is the length from which on a word of an address counts.
const shortestPart = 4

// holds says whether a text may hold a part of an address: one of its words, a mail address, or anything that looks like a key.
func holds(text, address string) bool {
	if strings.Contains(text, "@") || strings.Contains(text, "://") || opaque.MatchString(text) {
		return true
	}
	folded := map[string]bool{}
	for _, word := range words.FindAllString(strings.ToLower(text), -1) {
		folded[word] = true
	}
	_, rest, _ := strings.Cut(address, "://")
	for _, part := range words.FindAllString(strings.ToLower(rest), -1) {
		if len(part) >= shortestPart && folded[part] {
			return true
		}
	}
	return false
}
