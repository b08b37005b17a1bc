package question

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
)

// InspectParams is a question about what the syncs of a source left in the bucket.
type InspectParams struct {
	Source string       `json:"source"`
	Query  answer.Query `json:"query"`
}

const (
	// inspectTimeout is under the activity's own, so that a bucket that is slow ends in a sentence.
	inspectTimeout = 150 * time.Second
	// mostAnswered bounds an answer: results lie in histories.
	mostAnswered = 50_000
)

// Inspect answers from the bucket what became of the syncs of a source and of its records. It makes no API call, but for a question that
// asks for a look-up in the org. A source that was taken out of the settings is answered about as long as something of it is kept.
func (a *Activities) Inspect(ctx context.Context, params InspectParams) (json.RawMessage, error) {
	defer attended(ctx)()
	bounded, cancel := context.WithTimeout(ctx, inspectTimeout)
	defer cancel()
	engine := a.engine(params.Source)
	source, err := a.Sources.Source(ctx, params.Source)
	switch {
	case err == nil:
		engine.Host, engine.Org = hostOf(source), &lookUp{store: a.Store, source: source}
	default:
		if kept, problem := a.kept(bounded, params.Source); problem != nil || !kept {
			return nil, cmp.Or(problem, unkept(params.Source, err))
		}
	}
	found, err := engine.Answer(bounded, params.Query)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return nil, &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: fmt.Sprintf("%s did not answer within %s: ask again, or for less", asked(params.Query), inspectTimeout),
		}
	}
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(found)
	if err == nil && len(text) > mostAnswered {
		err = fmt.Errorf("an answer of %d bytes, of which Temporal is to keep at most %d", len(text), mostAnswered)
	}
	return text, err
}

// asked is what a question waits for.
func asked(q answer.Query) string {
	if q.AskOrg {
		return "the bucket and the org"
	}
	return "the bucket"
}

// unkept is why nothing can be said of a source of which the bucket has nothing. One that was disconnected is no login that is refused: there is
// nothing to ask about.
func unkept(source string, err error) error {
	if !fault.Is(err, fault.LoginRefused) {
		return err
	}
	return fault.Invalidf("source %q was disconnected, and the bucket has nothing of its syncs: they were purged, or there were none", source)
}

// kept says whether the bucket has anything of a source.
func (a *Activities) kept(ctx context.Context, source string) (bool, error) {
	for _, err := range a.Store.List(ctx, "sources/"+source+"/") {
		return err == nil, err
	}
	return false, nil
}
