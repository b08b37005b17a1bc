package account

import (
	"longhaul/internal/description"
	"longhaul/internal/stream"
)

// ReasonVanished is why a report or a dashboard of the last sync is counted as gone: no listing has it any more.
const ReasonVanished = "vanished"

// item is one line of the account.
type item struct {
	kind            string // in the singular
	id              string
	name            []byte // raw JSON as Salesforce gave it; left out when it is no text
	state           description.State
	reason, message string // the message is for people; both may be empty
}

// itemOf returns the item of a record whose name is in one of its members.
func itemOf(kind string, line []byte, name string) (*item, error) {
	id, err := stream.LineID(line)
	if err != nil {
		return nil, err
	}
	i := &item{kind: kind, id: string(id)}
	i.name, err = stream.Member(line, name)
	return i, err
}

// append appends the line of the item to dst. An item that lacks something must say why.
func (i *item) append(dst []byte) ([]byte, error) {
	complete := i.state.HasColumns() || i.state == description.StateListed
	if !complete && (i.reason == "" || i.message == "") {
		return dst, doesNotAddUp("%s %s is %s and nothing says why", i.kind, i.id, i.state)
	}
	l := stream.BeginLine(dst)
	add := func(name, value string) {
		if value != "" {
			l.Text(name, value)
		}
	}
	add("kind", i.kind)
	add("id", i.id)
	if len(i.name) > 0 && i.name[0] == '"' {
		l.Value("name", i.name)
	}
	add("state", string(i.state))
	add("reason", i.reason)
	add("message", i.message)
	line, err := l.End()
	return append(line, '\n'), err
}
