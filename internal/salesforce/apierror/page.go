package apierror

import (
	"strconv"
	"strings"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/redact"
)

// LongestStart is how many bytes of a body decide whether it is a page.
const LongestStart = 64 << 10

// Page returns the error of a page for browsers in place of an answer, or nil when the body is none. A page may repeat what was
// sent, so the values to hide are removed before its title is shortened.
func Page(body []byte, hide []string) error {
	if page := pageIn(body, hide); page != nil {
		return page
	}
	return nil
}

func pageIn(body []byte, hide []string) *pageError {
	title, is := httpkit.Page([]byte(redact.Mask(string(body[:min(len(body), LongestStart)]), hide)))
	if !is {
		return nil
	}
	return &pageError{redact.Clean(title, redact.LongestText, hide...)}
}

// pageError is a page for browsers in place of an answer.
type pageError struct{ title string }

func (e *pageError) Error() string {
	if e.title == "" {
		return "the answer is a web page"
	}
	return "the answer is the web page " + strconv.Quote(e.title)
}

// Is makes every page the same fault.
func (e *pageError) Is(target error) bool { return target == ErrWebPage }

// advice is what to look at first; empty where the page does not say what it is.
func (e *pageError) advice() string {
	if !strings.Contains(strings.ToLower(e.title), "maintenance") {
		return ""
	}
	return "look at status.salesforce.com for a maintenance, which ends by itself; else "
}

// called names the page within a sentence, with a space before it; empty when it has no title.
func (e *pageError) called() string {
	if e.title == "" {
		return ""
	}
	return " (" + strconv.Quote(e.title) + ")"
}
