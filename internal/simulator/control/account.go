package control

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

// account steers the run-as user and the app.
type account struct{ *Panel }

func (a account) permissions() (any, error) {
	return map[string][]string{"lacking": a.Permissions.Lacking()}, nil
}

func (a account) changePermissions(body []byte) (any, error) {
	var in struct{ Revoke, Grant []string }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if err := a.Permissions.Change(in.Revoke, in.Grant); err != nil {
		return nil, err
	}
	return a.permissions()
}

// The states of the app's secret.
const (
	secretRotated  = "rotated"
	secretRestored = "restored"
)

func (a account) user() (any, error) {
	state := a.Sessions.Account()
	secret := secretRestored
	if state.Rotated {
		secret = secretRotated
	}
	return map[string]any{"frozen": state.Frozen, "secret": secret}, nil
}

func (a account) changeUser(body []byte) (any, error) {
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
		a.Sessions.SetRotated(*in.Secret == secretRotated)
	}
	if in.Frozen != nil {
		a.Sessions.SetFrozen(*in.Frozen)
	}
	return a.user()
}

// app names the app that the org knows, without its secret, and says whether it is blocked.
func (a account) app() (any, error) {
	return map[string]any{"client_id": a.Sessions.App().ID, "blocked": a.Sessions.Account().Blocked}, nil
}

// changeApp resets the keys in the org, of which those that are not given stay, or blocks the app, or unblocks it.
func (a account) changeApp(body []byte) (any, error) {
	var in struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		Blocked      *bool
	}
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	switch {
	case in.ClientSecret != "" && in.Blocked == nil:
		a.Sessions.SetApp(session.App{ID: cmp.Or(in.ClientID, a.Sessions.App().ID), Secret: in.ClientSecret})
	case in.ClientSecret == "" && in.ClientID == "" && in.Blocked != nil:
		a.Sessions.SetBlocked(*in.Blocked)
	default:
		return nil, errors.New(`say {"client_secret":"..."} for a new secret of the same app, {"client_id":"...","client_secret":"..."} for another app, ` +
			`or {"blocked":true} or false alone`)
	}
	return a.app()
}

// endSessions revokes every token that the app was given.
func (a account) endSessions(body []byte) (any, error) {
	var in struct{ End bool }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return nil, err
	}
	if !in.End {
		return nil, errors.New(`say {"end":true}`)
	}
	return map[string]int{"ended": a.Sessions.EndAll()}, nil
}

func (a account) hours() (any, error) {
	return map[string]bool{"closed": a.Sessions.Account().OutOfHours(a.Clock.Now())}, nil
}

func (a account) changeHours(body []byte) (any, error) {
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
		a.Sessions.CloseHours(d)
	default:
		a.Sessions.OpenHours()
	}
	return a.hours()
}
