package listing

import (
	"fmt"

	"longhaul/internal/salesforce"
	"longhaul/internal/stream"
)

// normal returns a record of Salesforce as a line of a stream and its Id, both with 18 characters. sent is the Id as the
// server wrote it.
func normal(record []byte) (line []byte, id, sent string, err error) {
	sent, err = stream.TextMember(record, "Id")
	if err == nil && sent == "" {
		err = stream.ErrMalformed
	}
	if err != nil {
		return nil, "", "", fmt.Errorf("a record has no Id: %w", err)
	}
	id, err = salesforce.ID18(sent)
	if err != nil {
		return nil, "", "", fmt.Errorf("a record has a bad Id: %w", err)
	}
	if id != sent {
		record, err = stream.Replace(nil, record, "Id", `"`+id+`"`)
	}
	if err == nil {
		record, err = stream.OneLine(record)
	}
	return record, id, sent, err
}
