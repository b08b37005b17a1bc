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

const undelivered = "the sync reads the org, and delivers nothing"

func (t *target) examineHost(ctx context.Context) doctor.Finding {
	f := doctor.Finding{ID: "host", Title: "Catalog: host", Where: section + "." + zone + " or " + section + "." + address}
	if err := t.Reach(ctx); err != nil {
		return f.Failed(err, undelivered, "let this machine connect to "+t.Host())
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
	case fault.Is(err, fault.LoginRefused):
		return f.Failed(err, "no sync can begin", "put the token there that the Catalog team gave you for this zone")
	case err != nil:
		return f.Failed(err, "no sync can begin", "copy the token again, alone on one line")
	case untried != "":
		f.Status, f.Found = doctor.Warn, "it could not be tried: "+untried
		f.Cost, f.Fix = "a wrong token is found at the first delivery", "nothing, if the first delivery arrives"
		return f
	}
	f.Status, f.Found = doctor.Pass, "the catalog knows it, and it may read"
	return f
}
