package account

import (
	"longhaul/internal/description"
	"longhaul/internal/stream"
)

// ReasonVanished is why a report or a dashboard of the last sync is counted as gone: no listing has it any more.
const ReasonVanished = "vanished"

// entry is one line of account.jsonl, which is for people.
type entry struct {
	kind            string // in the singular
	id              string
	name            []byte // raw JSON as Salesforce gave it; left out when it is no text
	state           description.State
	reason, message string // the message is for people; both may be empty
}

// append appends the line of the entry to dst. An entry that lacks something must say why.
func (e *entry) append(dst []byte) ([]byte, error) {
	complete := e.state.HasColumns() || e.state == description.StateListed
	if !complete && (e.reason == "" || e.message == "") {
		return dst, doesNotAddUp("%s %s is %s and nothing says why", e.kind, e.id, e.state)
	}
	l := stream.BeginLine(dst)
	add := func(name, value string) {
		if value != "" {
			l.Text(name, value)
		}
	}
	add("kind", e.kind)
	add("id", e.id)
	if len(e.name) > 0 && e.name[0] == '"' {
		l.Value("name", e.name)
	}
	add("state", string(e.state))
	add("reason", e.reason)
	add("message", e.message)
	line, err := l.End()
	return append(line, '\n'), err
}
