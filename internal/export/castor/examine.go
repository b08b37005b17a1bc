package castor

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/catalog"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
)

// firstDelivery is said of what nobody can ask the catalog.
const firstDelivery = "not tried: the first delivery tells"

// Examine asks whether the catalog can be reached and knows the token.
func (t *target) Examine(ctx context.Context) []doctor.Finding {
	return []doctor.Finding{
		t.examineHost(ctx), t.examineToken(ctx),
		doctor.Finding{ID: "write", Title: "Catalog: token may deliver", Where: section + "." + token}.SkippedFor(firstDelivery),
		doctor.Finding{ID: "source_id", Title: "Catalog: source id", Where: section + "." + sourceID}.SkippedFor(
			fmt.Sprintf("%s; the source id is %s", firstDelivery, t.SourceID())),
	}
}

const (
	undelivered = "a sync reads the org, and delivers nothing until the catalog answers"
	noSync      = "no sync can begin"
)

func (t *target) examineHost(ctx context.Context) doctor.Finding {
	f := doctor.Finding{ID: "host", Title: "Catalog: host", Where: section + "." + zone + " or " + section + "." + address}
	if err := t.Reach(ctx); err != nil {
		if known := fault.From(err); known != nil && known.Class == fault.Invalid { // such as a host that is not known, or a certificate
			known.Err = nil // for engineers
			return f.Failed(known, noSync, "")
		}
		return f.Failed(err, undelivered, "")
	}
	f.Status, f.Found = doctor.Pass, t.Host()+" answers"
	return f
}

func (t *target) examineToken(ctx context.Context) doctor.Finding {
	f := doctor.Finding{ID: "token", Title: "Catalog: token", Where: section + "." + token}
	untried, err := t.TryToken(ctx)
	switch {
	case errors.Is(err, catalog.ErrUnread):
		return f.SkippedFor("the token cannot be read")
	case err != nil:
		return f.Failed(err, noSync, "")
	case untried.Code != "":
		f.Status, f.Found = doctor.Warn, "it could not be tried: "+untried.Sentence()
		f.Cost, f.Fix = "a wrong token is found at the first delivery", "nothing, if the first delivery arrives"
		return f
	}
	f.Status, f.Found = doctor.Pass, "the catalog knows it, and it may read"
	return f
}
