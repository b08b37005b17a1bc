package account

import (
	"bytes"

	"longhaul/internal/stream"
)

// links are components in the order of what they point to, beside the records that they may point to in the same order.
type links struct {
	next    func() ([]byte, error, bool)
	stop    func()
	broken  func(component []byte) error // is called with those that lead nowhere
	begun   bool
	more    bool
	to      []byte // what the next link points to
	pointer []byte // the component of the next link

	unlisted int64  // Ids that components point to and that no record has
	last     []byte // of those
}

// reach takes the next record, and whether it is in the files.
func (l *links) reach(id string, listed bool) error {
	if !l.begun {
		l.begun = true
		if err := l.advance(); err != nil {
			return err
		}
	}
	for l.more {
		order := bytes.Compare(l.to, []byte(id))
		if order > 0 {
			return nil
		}
		if order < 0 && !bytes.Equal(l.to, l.last) {
			l.unlisted++
			l.last = append(l.last[:0], l.to...)
		}
		if order < 0 || !listed {
			if err := l.broken(l.pointer); err != nil {
				return err
			}
		}
		if err := l.advance(); err != nil {
			return err
		}
	}
	return nil
}

// end says that there is no further record: what is left points beyond them.
func (l *links) end() error {
	const beyondAll = "~" // sorts after every Id
	return l.reach(beyondAll, false)
}

// advance reads the next link.
func (l *links) advance() error {
	line, err, more := l.next()
	l.more = more
	if err != nil || !more {
		return err
	}
	id, err := stream.LineID(line)
	if err != nil {
		return err
	}
	l.to = append(l.to[:0], id...)
	component, err := stream.TextMember(line, "of")
	l.pointer = append(l.pointer[:0], component...)
	return err
}
