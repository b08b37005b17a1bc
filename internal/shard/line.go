package shard

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// parsePlanned reads one line of a plan.
func parsePlanned(line []byte) (report, error) {
	var p struct {
		ID       string `json:"Id"`
		Modified string `json:"modified"`
	}
	if err := json.Unmarshal(line, &p); err != nil {
		return report{}, fmt.Errorf("a line of the plan is no JSON: %w", err)
	}
	if p.ID == "" {
		return report{}, fmt.Errorf("a line of the plan has no Id")
	}
	return report{id: p.ID, modified: p.Modified}, nil
}

// readEntries reads the heads of all lines of a stream.
func readEntries(ctx context.Context, v vault, key string) ([]entry, error) {
	var entries []entry
	for line, err := range v.lines(ctx, key) {
		if err != nil {
			return nil, err
		}
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", staging.ErrTorn, key, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// parseEntry reads the head of a line. Lines are long and their heads short, so the form in which this package writes
// them is read without looking at the rest; any other form is parsed whole.
func parseEntry(line []byte) (entry, error) {
	if e, ok := scanEntry(line); ok {
		return e, nil
	}
	var d struct {
		ID     string          `json:"Id"`
		State  inventory.State `json:"state"`
		Reason string          `json:"reason"`
	}
	if err := json.Unmarshal(line, &d); err != nil {
		return entry{}, fmt.Errorf("a stored line is no JSON: %w", err)
	}
	if d.ID == "" || d.State == "" {
		return entry{}, fmt.Errorf("a stored line has no Id or no state")
	}
	return entry{id: d.ID, state: d.State, reason: d.Reason}, nil
}

// scanEntry reads `{"Id":"…","state":"…"` and, if it comes next, `,"reason":"…"`.
func scanEntry(line []byte) (entry, bool) {
	id, rest, ok := plainString(line, `{"Id":"`)
	if !ok {
		return entry{}, false
	}
	state, rest, ok := plainString(rest, `,"state":"`)
	if !ok {
		return entry{}, false
	}
	e := entry{id: id, state: inventory.State(state)}
	if reason, after, ok := plainString(rest, `,"reason":"`); ok {
		e.reason, rest = reason, after
	}
	return e, bytes.HasPrefix(rest, []byte(`,"modified":`)) || bytes.HasPrefix(rest, []byte(`,"message":`))
}

// plainString takes the prefix and then a string without escapes.
func plainString(line []byte, prefix string) (value string, rest []byte, ok bool) {
	rest, ok = bytes.CutPrefix(line, []byte(prefix))
	if !ok {
		return "", nil, false
	}
	end := bytes.IndexAny(rest, `"\`)
	if end <= 0 || rest[end] != '"' {
		return "", nil, false
	}
	return string(rest[:end]), rest[end+1:], true
}

// encode writes the line of one report. HTML characters stay as they are: the files are made from these bytes.
func encode(d *inventory.Described) ([]byte, error) {
	var buf bytes.Buffer
	buf.Grow(len(d.ReportMetadata) + len(d.ReportExtendedMetadata) + 256)
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(d); err != nil {
		return nil, fmt.Errorf("encode report %s: %w", d.ID, err)
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}
