package control

import (
	"errors"
	"fmt"
	"time"

	"longhaul/internal/simulator/wire"
)

func (p *Panel) permissions() (any, error) {
	return map[string][]string{"lacking": p.Permissions.Lacking()}, nil
}

func (p *Panel) changePermissions(body []byte) (any, error) {
	var in struct{ Revoke, Grant []string }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if err := p.Permissions.Change(in.Revoke, in.Grant); err != nil {
		return nil, err
	}
	return p.permissions()
}

// The states of the app's secret.
const (
	secretRotated  = "rotated"
	secretRestored = "restored"
)

func (p *Panel) user() (any, error) {
	account := p.Sessions.Account()
	secret := secretRestored
	if account.Rotated {
		secret = secretRotated
	}
	return map[string]any{"frozen": account.Frozen, "secret": secret}, nil
}

func (p *Panel) changeUser(body []byte) (any, error) {
	var in struct {
		Frozen *bool
		Secret *string
	}
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if in.Secret != nil && *in.Secret != secretRotated && *in.Secret != secretRestored {
		return nil, fmt.Errorf("secret is %q; it may be %s or %s", *in.Secret, secretRotated, secretRestored)
	}
	if in.Secret != nil {
		p.Sessions.SetRotated(*in.Secret == secretRotated)
	}
	if in.Frozen != nil {
		p.Sessions.SetFrozen(*in.Frozen)
	}
	return p.user()
}

func (p *Panel) hours() (any, error) {
	return map[string]bool{"closed": p.Sessions.Account().OutOfHours(p.Clock.Now())}, nil
}

func (p *Panel) changeHours(body []byte) (any, error) {
	var in struct {
		Closed *bool
		For    string
	}
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	var d time.Duration
	if in.For != "" {
		var err error
		if d, err = time.ParseDuration(in.For); err != nil || d <= 0 {
			return nil, fmt.Errorf("for is %q, which is no duration as 30m or 8h", in.For)
		}
	}
	switch {
	case in.Closed == nil, !*in.Closed && d > 0:
		return nil, errors.New(`say {"closed":true}, {"closed":true,"for":"8h"} or {"closed":false}`)
	case *in.Closed:
		p.Sessions.CloseHours(d)
	default:
		p.Sessions.OpenHours()
	}
	return p.hours()
}
