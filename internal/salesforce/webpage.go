package salesforce

import (
	"io"
	"strconv"

	"longhaul/internal/httpkit"
)

// longestStart is how much of a body is looked at to see whether it is a page.
const longestStart = 64 << 10

// pageIn gives the error of a page for browsers in the place of an answer; nil when the body is none. The page may repeat what was
// sent, so what must not be repeated is taken out before its title is cut.
func pageIn(body []byte, hide []string) *pageError {
	title, is := httpkit.Page([]byte(mask(string(body[:min(len(body), longestStart)]), hide)))
	if !is {
		return nil
	}
	return &pageError{clean(title, longestText, hide...)}
}

// pageError is a page for browsers in the place of an answer.
type pageError struct{ title string }

func (e *pageError) Error() string {
	if e.title == "" {
		return "the answer is a web page"
	}
	return "the answer is the web page " + strconv.Quote(e.title)
}

// Is makes every page the same fault.
func (e *pageError) Is(target error) bool { return target == errWebPage }

// called names a page within a sentence, with a space before it; nothing when it has no title.
func (e *pageError) called() string {
	if e.title == "" {
		return ""
	}
	return " (" + strconv.Quote(e.title) + ")"
}

// beginning keeps the beginning of a body while it is read, so that what cannot be read can be named.
type beginning struct {
	from io.Reader
	kept []byte
	read int // bytes
}

// keptBytes is more than a decoder reads before it sees that a page is no JSON.
const keptBytes = 4 << 10

func (b *beginning) Read(p []byte) (int, error) {
	if room := keptBytes - len(b.kept); room > 0 { // no more at once, so that what cannot be read shows before more has gone by
		n, err := b.from.Read(p[:min(len(p), room)])
		b.kept = append(b.kept, p[:n]...)
		b.read += n
		return n, err
	}
	n, err := b.from.Read(p)
	b.read += n
	return n, err
}

// start is the beginning of the body. As long as nothing was read beyond what is kept it reads on.
func (b *beginning) start() []byte {
	if b.read > len(b.kept) {
		return b.kept
	}
	more, _ := io.ReadAll(io.LimitReader(b.from, longestStart))
	return append(b.kept, more...)
}
