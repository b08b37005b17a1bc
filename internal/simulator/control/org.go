package control

import (
	"errors"
	"fmt"
	"time"

	"longhaul/internal/simulator/churn"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/wire"
)

func (p *Panel) describes() (any, error) {
	total, distinct := p.Describes.Count()
	return map[string]int{"total": total, "reports": distinct, "repeated": total - distinct}, nil
}

// clockState is the answer of /simulator/clock.
type clockState struct {
	Now   time.Time `json:"now"`
	Ahead string    `json:"ahead"` // of the machine's clock
}

func (p *Panel) clock() (any, error) {
	now, ahead := p.Clock.State()
	return clockState{now.UTC(), ahead.String()}, nil
}

func (p *Panel) moveClock(body []byte) (any, error) {
	var in struct{ Advance, Set string }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if (in.Advance == "") == (in.Set == "") {
		return nil, errors.New(`give either "advance", a duration as 1h30m, or "set", a time as 2026-08-01T10:00:00Z`)
	}
	ahead, err := time.ParseDuration(in.Advance)
	if in.Set != "" {
		var to time.Time
		to, err = time.Parse(time.RFC3339, in.Set)
		ahead = to.Sub(p.Clock.Now())
	}
	if err != nil {
		return nil, fmt.Errorf("the clock cannot be moved so: %w", err)
	}
	if err := p.Clock.Advance(ahead); err != nil {
		return nil, err
	}
	return p.clock()
}

func (p *Panel) addUsage(body []byte) (any, error) {
	var in struct{ Calls int }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if in.Calls < 1 || in.Calls > limits.MaxCalls {
		return nil, fmt.Errorf("calls is %d; it is 1 to %d", in.Calls, limits.MaxCalls)
	}
	p.Daily.AddOthers(in.Calls)
	used, _ := p.Daily.Used()
	return map[string]int{"daily_used": used, "daily_limit": p.Daily.Limit()}, nil
}

func (p *Panel) instance() (any, error) {
	login, current := p.Instances()
	return map[string]string{"login": login, "instance_url": current}, nil
}

func (p *Panel) moveInstance([]byte) (any, error) {
	if err := p.MoveInstance(); err != nil {
		return nil, err
	}
	return p.instance()
}

func (p *Panel) churn(body []byte) (any, error) {
	var in churn.Churn
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	return p.Live.Apply(in)
}
