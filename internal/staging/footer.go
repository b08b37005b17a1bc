package staging

import (
	"bytes"
	"encoding/hex"
	"strconv"
)

// footer is the last line of a stream: the number of lines above it, and the SHA-256 of them with their newlines.
type footer struct {
	count  int64
	sha256 string
}

// The fixed parts of a footer line, which has only this form.
const (
	footerHead = `{"count":`
	footerMid  = `,"sha256":"`
	footerTail = `"}`
	digestLen  = 64
)

func (f footer) line() []byte {
	b := append(make([]byte, 0, 128), footerHead...)
	b = strconv.AppendInt(b, f.count, 10)
	b = append(b, footerMid...)
	b = append(b, f.sha256...)
	return append(b, footerTail+"\n"...)
}

// parseFooter parses a line without its newline. The caller has to find out whether the line is the last one: a record may
// look the same.
func parseFooter(line []byte) (footer, bool) {
	rest, ok := bytes.CutPrefix(line, []byte(footerHead))
	if !ok {
		return footer{}, false
	}
	number, rest, ok := bytes.Cut(rest, []byte(footerMid))
	if !ok {
		return footer{}, false
	}
	digest, ok := bytes.CutSuffix(rest, []byte(footerTail))
	if !ok || len(digest) != digestLen {
		return footer{}, false
	}
	if _, err := hex.DecodeString(string(digest)); err != nil {
		return footer{}, false
	}
	count, err := strconv.ParseInt(string(number), 10, 64)
	if err != nil || count < 0 || strconv.FormatInt(count, 10) != string(number) {
		return footer{}, false
	}
	return footer{count, string(digest)}, true
}
