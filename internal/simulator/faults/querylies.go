package faults

import (
	"encoding/json"
	"net/http"
	"slices"

	"longhaul/internal/simulator/wire"
)

// queryAnswer is the body of an answer to a query. A nil pointer is left out.
type queryAnswer struct {
	Total   *int              `json:"totalSize,omitempty"`
	Done    bool              `json:"done"`
	Next    string            `json:"nextRecordsUrl,omitempty"`
	Records []json.RawMessage `json:"records"`
}

// bareAnswer is one without records.
type bareAnswer struct {
	Total *int `json:"totalSize,omitempty"`
	Done  bool `json:"done"`
}

// queryLies make the answer to a query contradict itself. They give the value that is written instead.
var queryLies = map[string]func(*queryAnswer) any{
	"query_short": func(q *queryAnswer) any {
		q.Records, q.Done, q.Next = q.Records[:len(q.Records)/2], true, ""
		return q
	},
	"query_no_records":   func(q *queryAnswer) any { return bareAnswer{q.Total, true} },
	"query_null_records": func(q *queryAnswer) any { q.Records = nil; return q },
	"query_more_than_said": func(q *queryAnswer) any {
		*q.Total = len(q.Records) - 1
		return q
	},
	"query_negative_total": func(q *queryAnswer) any { *q.Total = -1; return q },
	"query_no_total":       func(q *queryAnswer) any { q.Total = nil; return q },
	"query_done_and_next": func(q *queryAnswer) any {
		q.Done, q.Next = true, "/services/data/v59.0/query/01gHs0000000000AAA-2000"
		return q
	},
	"query_without_end": func(q *queryAnswer) any { q.Done, q.Next = false, ""; return q },
	"query_no_id":       func(q *queryAnswer) any { return q.ids(func(string) any { return nil }) },
	"query_cut_id":      func(q *queryAnswer) any { return q.ids(func(id string) any { return id[:min(len(id), 10)] }) },
	"query_foreign_id":  func(q *queryAnswer) any { return q.ids(func(id string) any { return "001" + id[min(len(id), 3):] }) },
	"query_repeats": func(q *queryAnswer) any {
		if n := len(q.Records); n > 1 {
			q.Records[n-1] = q.Records[0]
		}
		return q
	},
	"query_backwards": func(q *queryAnswer) any { slices.Reverse(q.Records); return q },
	"query_bare": func(q *queryAnswer) any {
		return q.each(func(record map[string]any) {
			for name := range record {
				if name != "Id" && name != "attributes" {
					delete(record, name)
				}
			}
		})
	},
}

// editQuery lies about the answer to a query. A refusal, and an answer without records, stay as they are.
func editQuery(a *wire.Reply, edit func(*queryAnswer) any) {
	var q queryAnswer
	if a.Status != http.StatusOK || json.Unmarshal(a.Body, &q) != nil || q.Total == nil || len(q.Records) == 0 {
		return
	}
	a.Body, a.Tail = wire.JSON(http.StatusOK, edit(&q)).Body, nil
}

// ids changes the Id of the first record that has one; nil takes it away.
func (q *queryAnswer) ids(change func(string) any) *queryAnswer {
	changed := false
	return q.each(func(record map[string]any) {
		id, ok := record["Id"].(string)
		if !ok || changed {
			return
		}
		changed = true
		if record["Id"] = change(id); record["Id"] == nil {
			delete(record, "Id")
		}
	})
}

// each changes the records.
func (q *queryAnswer) each(change func(map[string]any)) *queryAnswer {
	for k, raw := range q.Records {
		var record map[string]any
		if json.Unmarshal(raw, &record) == nil {
			change(record)
			q.Records[k] = wire.JSON(http.StatusOK, record).Body
		}
	}
	return q
}
