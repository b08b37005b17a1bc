package salesforce

import (
	"io"

	"longhaul/internal/salesforce/apierror"
)

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
	more, _ := io.ReadAll(io.LimitReader(b.from, apierror.LongestStart))
	return append(b.kept, more...)
}
