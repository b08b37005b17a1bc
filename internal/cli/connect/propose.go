package connect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/control"
	"longhaul/internal/doctor"
	"longhaul/internal/doctor/text"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/saved"
	"longhaul/internal/staging"
)

// connected is what --json shows of a source that was connected.
type connected struct {
	Source   string        `json:"source"`
	Version  string        `json:"version"`
	Org      string        `json:"org"`      // its host
	Replaced bool          `json:"replaced"` // the source was connected before
	Check    doctor.Result `json:"check"`
	Served   bool          `json:"served"`  // a worker serves the source
	Resumed  bool          `json:"resumed"` // a sync that was blocked on the former credentials goes on
}

// connect asks, seals, has a worker check, and saves.
func (v *connectVerb) connect(ctx context.Context, cmd *cobra.Command, name string) error {
	at, err := v.openPlace(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer at.close()
	if where := at.inSettings(name); where != "" {
		return inBoth(name, where)
	}
	temporal, err := v.dial(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	if err := control.NeedWorker(ctx, temporal); err != nil {
		return err
	}
	before, object, why, err := at.former(ctx, name)
	if err != nil {
		return err
	}
	switch {
	case why != nil:
		v.Console.Note("What is saved of " + name + " cannot be opened, and will be replaced: " + fault.Sentence(why))
	case before != nil:
		v.Console.Note(fmt.Sprintf("%s is connected to %s since %s: its credentials will be replaced.",
			name, object.Org, object.Saved.Format("2 Jan 2006 15:04 MST")))
	}
	d, err := v.gather(ctx, name, before)
	if err != nil {
		return err
	}
	made, err := at.makeKey(ctx, name)
	if err != nil {
		return err
	}
	if made {
		v.Console.Note("Made the key file " + at.settings.Secrets.File + ", for this user alone: it opens what is connected. Keep a copy of it apart from the bucket.")
	}
	done := connected{Source: name, Org: hostOf(d), Replaced: before != nil || why != nil}
	if done.Version, done.Check, err = v.tryOut(ctx, at, temporal, d); err != nil {
		return err
	}
	done.Resumed = v.resume(ctx, temporal, name)
	done.Served = v.awaitWorker(ctx, temporal, name)
	if ctx.Err() != nil && !done.Served {
		v.Console.Note(name + " is connected and saved; the wait for a worker that serves it was interrupted.")
		return ctx.Err()
	}
	if version, err := at.saved.Newest(ctx, name); err == nil && version == "" {
		return meanwhile(name)
	}
	return v.say(done)
}

// withdrawWithin bounds how long an interrupted connect takes to remove what it proposed.
const withdrawWithin = 15 * time.Second

// tryOut seals what was given, has a worker check it, and saves it. Whatever keeps it from that, nothing is left in the bucket.
func (v *connectVerb) tryOut(
	ctx context.Context, at *place, temporal client.Client, d saved.Document,
) (version string, result doctor.Result, err error) {
	version, err = at.saved.Propose(ctx, d, hostOf(d))
	kept := false
	defer func() {
		if version == "" || kept {
			return
		}
		after, cancel := context.WithTimeout(context.WithoutCancel(ctx), withdrawWithin)
		defer cancel()
		if left := at.saved.Withdraw(after, d.Source, version); left != nil {
			v.Console.Note(fmt.Sprintf("What was given lies sealed in the bucket still (%s), and is removed after a day: %s",
				staging.CandidateKey(d.Source, version), fault.Sentence(left)))
		}
	}()
	if err != nil {
		return version, result, err
	}
	v.Console.Asking("A worker checks the credentials of " + d.Source + ".")
	if result, err = control.CheckCandidate(ctx, temporal, d.Source, version); err != nil {
		return version, result, err
	}
	if !v.Console.JSON() {
		text.Page{Width: v.Console.Width(), Colours: v.Console.Colours(), Brief: true}.Print(v.Console.Out(), result)
	}
	if err := result.Failure(); err != nil {
		v.Console.Note("Nothing was saved.")
		return version, result, err
	}
	if err := v.sameOrg(ctx, at, d.Source, result.Org); err != nil {
		return version, result, err
	}
	if err := ctx.Err(); err != nil {
		return version, result, err
	}
	// From here on nothing is taken back: half of it would be worse than an interrupt that comes too late.
	err = at.saved.Promote(context.WithoutCancel(ctx), d.Source, version)
	if left, ok := errors.AsType[*saved.LeftError](err); ok {
		v.Console.Warn([]string{fault.Sentence(left)})
		err = nil
	}
	if errors.As(err, new(*saved.NotSavedError)) {
		err = meanwhile(d.Source)
	}
	kept = err == nil
	return version, result, err
}

// meanwhile is the error of a source that somebody disconnects while it is connected.
func meanwhile(name string) error {
	return fault.Invalidf("somebody disconnected %s at the same moment, and that counts: connect it again if it is to stay connected", name)
}

// sameOrg asks before a source gets another org: its next sync would hold, and what it has read could not be reused.
func (v *connectVerb) sameOrg(ctx context.Context, at *place, name, org string) error {
	last, err := history.LastRecord(ctx, at.store, name)
	if errors.Is(err, staging.ErrNotExist) || errors.Is(err, history.ErrRecordUnreadable) || err == nil && last.Identity.OrgID == org {
		return nil
	}
	if err != nil {
		return err
	}
	if org == "" {
		return &fault.Error{
			Class: fault.Transient, System: fault.Salesforce,
			Message: "the check did not find out in time which org the credentials of " + name + " open, so nothing was saved: run the same command again",
		}
	}
	what := fmt.Sprintf("the syncs of %s so far were of the org %s, and these credentials open the org %s: the next sync holds until somebody approves, "+
		"and describes every report again", name, last.Identity.OrgID, org)
	switch {
	case v.anotherOrg:
		v.Console.Warn([]string{what})
		return nil
	case !v.Terminal.Attended():
		return fault.Invalidf("%s; if that is meant, add --another-org, else connect it under another name", what)
	}
	v.Console.Note("Note: " + what + ".")
	typed, err := v.Terminal.Ask(ctx, "If that is meant, type "+name+": ", false)
	if err == nil && typed != name {
		err = fault.Invalidf("nothing was saved, as %s was not typed: connect the other org under another name", name)
	}
	return err
}
