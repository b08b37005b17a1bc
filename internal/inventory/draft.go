package inventory

import (
	"context"
	"errors"

	"longhaul/internal/staging"
)

// draft is what one attempt at a plan writes, in a folder of its own.
//
// An attempt that was given up may still be running while the next one plans, and even while shards are described. So an
// attempt writes nothing that another one reads, until one object, the choice, names its draft: whoever writes that first
// has made the plan. Only the draft of the choice is ever copied to where the plan lies, by the attempt that made it and by
// any that comes later, and each copies the same.
type draft struct {
	*staging.Store
	staging.Sync
	id string
}

// choice is the draft that is the plan, and the counts of it.
type choice struct {
	Draft   string  `json:"draft"`
	Planned Planned `json:"planned"`
}

// key is where the draft has what the plan keeps under key.
func (d draft) key(key string) string { return d.Drafted(d.id, key) }

// published gives the plan if a draft was chosen, and first puts it in place where that has not ended.
func (d draft) published(ctx context.Context) (done Planned, found bool, err error) {
	err = d.ReadJSON(ctx, d.Plan(), &done)
	if err == nil {
		return done, true, nil
	}
	if !errors.Is(err, staging.ErrNotExist) && !errors.Is(err, staging.ErrMalformed) {
		return Planned{}, false, err
	}
	var chosen choice
	err = d.ReadJSON(ctx, d.PlanChoice(), &chosen)
	if errors.Is(err, staging.ErrNotExist) {
		return Planned{}, false, nil
	}
	if err == nil {
		err = d.install(ctx, chosen)
	}
	return chosen.Planned, err == nil, err
}

// publish makes the draft the plan unless another was faster, and gives the plan.
func (d draft) publish(ctx context.Context, planned Planned) (Planned, error) {
	if _, err := d.WriteNewJSON(ctx, d.PlanChoice(), choice{Draft: d.id, Planned: planned}); err != nil {
		return Planned{}, err
	}
	done, found, err := d.published(ctx)
	if err == nil && !found {
		err = staging.Gone(staging.ErrNotExist)
	}
	return done, err
}

// install copies a chosen draft to where the plan lies and says that it lies there.
func (d draft) install(ctx context.Context, chosen choice) error {
	keys := []string{d.Reused()}
	for n := range chosen.Planned.Shards {
		keys = append(keys, d.PlanShard(n))
	}
	for _, key := range keys {
		err := d.Copy(ctx, d.Drafted(chosen.Draft, key), key)
		if errors.Is(err, staging.ErrNotExist) {
			// Another attempt has put the whole plan in place and removed the draft, or it is lost.
			if exists, existsErr := d.Exists(ctx, d.Plan()); existsErr != nil || exists {
				return existsErr
			}
		}
		if err != nil {
			return staging.Gone(err)
		}
	}
	return d.WriteJSON(ctx, d.Plan(), chosen.Planned)
}

// remove clears the draft away unless it is still to be copied. It does not matter when that fails: it goes with the plan.
func (d draft) remove(ctx context.Context) {
	var chosen choice
	err := d.ReadJSON(ctx, d.PlanChoice(), &chosen)
	if other := err == nil && chosen.Draft != d.id; !other && !errors.Is(err, staging.ErrNotExist) {
		if installed, err := d.Exists(ctx, d.Plan()); err != nil || !installed {
			return
		}
	}
	_, _ = d.DeleteAll(ctx, d.PlanDraft(d.id))
}
