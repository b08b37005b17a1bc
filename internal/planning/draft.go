package planning

import (
	"context"
	"errors"

	"longhaul/internal/staging"
)

// draft is what one attempt at a plan writes, in a folder of its own.
//
// An abandoned attempt may still be running while the next one plans, and even while shards are described. So an attempt
// writes nothing that another one reads, until one object, the choice, names its draft: the attempt that writes it first
// has made the plan. Only the draft of the choice is ever copied to where the plan lies, by the attempt that made it and by
// later ones, and each copies the same.
type draft[P any] struct {
	*staging.Store
	staging.Sync
	id string
	round[P]
}

// round is the plan of one round of describing: where it lies and what P counts of it.
type round[P any] struct {
	choiceKey, doneKey string
	keys               func(P) []string // of all its streams
}

// choice names the draft that is the plan, with its counts.
type choice[P any] struct {
	Draft   string `json:"draft"`
	Planned P      `json:"planned"`
}

// key is where the draft has what the plan keeps under key.
func (d draft[P]) key(key string) string { return d.Drafted(d.id, key) }

// published returns the plan if a draft was chosen, and first puts it in place where an attempt has not finished that.
func (d draft[P]) published(ctx context.Context) (done P, found bool, err error) {
	err = d.ReadJSON(ctx, d.doneKey, &done)
	if err == nil {
		return done, true, nil
	}
	if !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrMalformed) {
		return done, false, err
	}
	var chosen choice[P]
	err = d.ReadJSON(ctx, d.choiceKey, &chosen)
	if errors.Is(err, staging.ErrNotExist) {
		return done, false, nil
	}
	if err == nil {
		err = d.install(ctx, chosen)
	}
	return chosen.Planned, err == nil, err
}

// publish makes the draft the plan unless another attempt was faster, and returns the plan.
func (d draft[P]) publish(ctx context.Context, planned P) (P, error) {
	if _, err := d.WriteNewJSON(ctx, d.choiceKey, choice[P]{Draft: d.id, Planned: planned}); err != nil {
		return planned, err
	}
	done, found, err := d.published(ctx)
	if err == nil && !found {
		err = staging.Gone(staging.ErrNotExist)
	}
	return done, err
}

// install copies a chosen draft to where the plan lies, and marks the plan as done.
func (d draft[P]) install(ctx context.Context, chosen choice[P]) error {
	for _, key := range d.keys(chosen.Planned) {
		err := d.Copy(ctx, d.Drafted(chosen.Draft, key), key)
		if errors.Is(err, staging.ErrNotExist) {
			// Another attempt has put the whole plan in place and removed the draft, or it is lost.
			if exists, existsErr := d.Exists(ctx, d.doneKey); existsErr != nil || exists {
				return existsErr
			}
		}
		if err != nil {
			return staging.Gone(err)
		}
	}
	return d.WriteJSON(ctx, d.doneKey, chosen.Planned)
}

// remove removes the draft unless it is still to be copied. An error does no harm: the draft is removed with the plan.
func (d draft[P]) remove(ctx context.Context) {
	var chosen choice[P]
	err := d.ReadJSON(ctx, d.choiceKey, &chosen)
	if other := err == nil && chosen.Draft != d.id; !other && !errors.Is(err, staging.ErrNotExist) {
		if installed, err := d.Exists(ctx, d.doneKey); err != nil || !installed {
			return
		}
	}
	_, _ = d.DeleteAll(ctx, d.PlanDraft(d.id))
}
