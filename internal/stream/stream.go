// Package stream reads, writes, merges and sorts streams of JSON lines in the byte order of their Ids, in memory that does
// not grow with them.
//
// A line is one JSON object with a member Id of 18 characters. A stream lies in the bucket as package staging writes it.
package stream

import (
	"errors"
	"iter"
)

// IDLen is the length of an Id in the form that all streams are joined by.
const IDLen = 18

// Beat is after how many lines of a long pass progress is reported: a sign of life for those who wait.
const Beat = 4096

// ErrMalformed says that a line, or the order of lines, is not that of a stream.
var ErrMalformed = errors.New("malformed line")

// Stream is one stream of lines sorted by Id. First is its first Id where that is known: the stream is then opened only
// when a merge reaches it. Each line is valid until the next.
type Stream struct {
	First string
	Lines iter.Seq2[[]byte, error]
}

// Item is one line of a merge. ID and Line are valid until the next item; Stream counts the streams in the order in which
// they were given.
type Item struct {
	ID     []byte
	Line   []byte
	Stream int
}
