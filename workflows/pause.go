package workflows

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/workflows/live"
	"longhaul/workflows/operator"
	"longhaul/workflows/tell"
)

// waiter pauses and waits for all phases, and shows meanwhile why the sync stands still. A wait that may be long continues as
// new when the history is full.
type waiter struct {
	own        *pauseState
	display    *display
	unexpected *Unexpected                  // its clock stops while the sync stands still
	carry      func(workflow.Context) error // makes the error that hands the state to the next run

	teller *tell.Teller // tells people why it stands still, if that lasts

	resumed   int       // resume signals so far
	interrupt func()    // ends what a pause may interrupt; nil while nothing may be interrupted
	since     time.Time // when the standstill began; zero while the sync gets on
}

// pauseState says whether operators have paused the sync.
type pauseState struct {
	Paused      bool      `json:"paused,omitempty"`
	PausedSince time.Time `json:"paused_since,omitzero"`
	PausedFor   string    `json:"paused_for,omitempty"` // the reason that an operator gave
}

// pause pauses the sync. Of two pauses the first says since when, the newest why.
func (w *waiter) pause(ctx workflow.Context, reason string) {
	if !w.own.Paused {
		w.own.PausedSince = workflow.Now(ctx).UTC()
	}
	w.own.Paused, w.own.PausedFor = true, clip(reason)
	if interrupt := w.interrupt; interrupt != nil {
		workflow.Go(ctx, func(ctx workflow.Context) {
			if live.Read(ctx, &w.display.running); w.own.Paused {
				interrupt()
			}
		})
	}
}

func (w *waiter) resume() {
	*w.own = pauseState{}
	w.resumed++
}

func (w *waiter) paused() bool { return w.own.Paused }

// interruptible gives a context that a pause ends too. done must be called when nothing runs under the context any more.
func (w *waiter) interruptible(ctx workflow.Context) (_ workflow.Context, done func()) {
	ctx, cancel := workflow.WithCancel(ctx)
	w.interrupt = cancel
	return ctx, func() {
		w.interrupt = nil
		cancel()
	}
}

// unlessInterrupted is err, but nil where a pause interrupted what ran under within, an interruptible context of ctx that is not
// done yet. Any failure may come from such a pause: Temporal never retries an activity that it was asked to cancel, so a worker
// that stops or an answer that is lost at that moment is the end of the activity.
func unlessInterrupted(ctx, within workflow.Context, err error) error {
	if within.Err() != nil && ctx.Err() == nil {
		return nil
	}
	return err
}

// halt shows that the sync stands still.
func (w *waiter) halt(ctx workflow.Context, at standstill) {
	if w.since.IsZero() {
		w.since = workflow.Now(ctx)
	}
	w.display.state.Course.Wait(at.reason, workflow.Now(ctx))
	w.display.halt(ctx, at)
	w.teller.Halt(ctx, tell.Standstill{Reason: at.reason, Why: at.why, Do: at.do, Until: at.until})
}

// goOn shows the phase again.
func (w *waiter) goOn(ctx workflow.Context) {
	w.endStandstill(ctx)
	w.display.halt(ctx, standstill{})
}

// endStandstill takes the time of a standstill that is over, or goes on in the next run, out of the time that the sync has worked.
func (w *waiter) endStandstill(ctx workflow.Context) {
	if !w.since.IsZero() {
		w.unexpected.stoodStill(workflow.Now(ctx).Sub(w.since))
	}
	w.since = time.Time{}
	w.display.state.Course.GoOn(workflow.Now(ctx))
	w.teller.GoOn(ctx)
}

// sitOut waits for what passes by itself, and shows why: calls or logins are spent, a login is refused at this hour, Salesforce
// asked to wait. An operator who knows better resumes the sync.
func (w *waiter) sitOut(ctx workflow.Context, at standstill, d time.Duration) error {
	return w.sitOutUnless(ctx, at, d, func() bool { return false })
}

// sitOutUnless is sitOut that ends early when met returns true.
func (w *waiter) sitOutUnless(ctx workflow.Context, at standstill, d time.Duration, met func() bool) error {
	if at.do = cmp.Or(at.do, byItself(w.display.state.Sync.Source)); at.until.IsZero() && at.looks.IsZero() {
		at.until = workflow.Now(ctx).Add(d)
	}
	w.halt(ctx, at)
	defer w.goOn(ctx)
	seen := w.resumed
	_, err := await(ctx, d, at.summary(), func() bool { return w.resumed > seen || w.paused() || met() })
	return err
}

// backOff waits for as long as Salesforce asked for after it had refused calls or logins; zero is not at all.
func (w *waiter) backOff(ctx workflow.Context, retryAfter time.Duration, why string) error {
	if retryAfter <= 0 {
		return nil
	}
	at := standstill{reason: history.WaitThrottled, why: cmp.Or(why, "Salesforce asked to wait before more is asked of it")}
	return w.sitOut(ctx, at, retryAfter)
}

// The reason of a pause begins and ends so.
const (
	byOperator  = "paused by an operator "
	AfterResume = "; it continues after the signal resume"
)

// standstill is what is shown of a pause.
func (w *waiter) standstill() standstill {
	why := operator.Because(byOperator+"since "+humanize.Moment(w.own.PausedSince), w.own.PausedFor) + AfterResume
	return standstill{phase: PhasePaused, reason: history.WaitPaused, why: why, do: toResume("", w.display.state.Sync.Source)}
}

// untilResumed waits while the sync is paused.
func (w *waiter) untilResumed(ctx workflow.Context) error {
	if !w.paused() {
		w.display.state.passed(string(PhasePaused))
		return ctx.Err()
	}
	w.halt(ctx, w.standstill())
	err := workflow.Await(ctx, func() bool { return !w.paused() || historyFull(ctx) })
	if err = cmp.Or(err, ctx.Err()); err == nil && w.paused() { // a cancel comes first: the next run would not see it
		return w.continueAsNew(ctx)
	}
	w.goOn(ctx)
	return err
}

// continueIfFull continues as new when the history is full. No activity may run meanwhile.
func (w *waiter) continueIfFull(ctx workflow.Context) error {
	if historyFull(ctx) {
		return w.continueAsNew(ctx)
	}
	return nil
}

// continueAsNew hands the state to the next run. No activity may run any more; updates are answered and signals handled first.
func (w *waiter) continueAsNew(ctx workflow.Context) error {
	if err := workflow.Await(ctx, func() bool { return workflow.AllHandlersFinished(ctx) && w.teller.Idle() }); err != nil {
		return err
	}
	if err := operator.Drain(ctx); err != nil { // the next run gets no signal that came with this task
		return err
	}
	w.endStandstill(ctx)
	return w.carry(ctx)
}

// maxSummaryBytes is what the UI shows of a timer or an activity.
const maxSummaryBytes = 199

// await sleeps until met returns true or d has passed; the summary stands beside the timer in the UI.
func await(ctx workflow.Context, d time.Duration, summary string, met func() bool) (ok bool, err error) {
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timed, max(d, time.Second), workflow.TimerOptions{Summary: fault.Short(summary, maxSummaryBytes)})
	err = workflow.Await(ctx, func() bool { return met() || timer.IsReady() })
	return err == nil && met(), cmp.Or(err, ctx.Err()) // a cancel ends the timer too, and the timer may be seen first
}

// summary stands beside the timer of a standstill in the UI, which shows its first words.
func (at standstill) summary() string {
	what := map[Phase]string{PhaseBlocked: "blocked", PhaseHeld: "held"}[at.phase]
	switch what = cmp.Or(what, "waiting"); {
	case !at.until.IsZero():
		what += " until " + humanize.Moment(at.until)
	case !at.looks.IsZero():
		what += ", looks again at " + humanize.Moment(at.looks)
	}
	return what + ": " + strings.TrimSuffix(at.why, quota.ComeBack(at.until))
}

// Program is the name under which texts name Longhaul's commands that do not know by which name theirs was called.
const Program = "longhaul"

// What to do about a standstill: a command of Longhaul, and the signal or the update that it sends, which Temporal's UI and CLI send too.

// byItself is what to do about what passes.
func byItself(source string) string {
	return "nothing, it continues by itself; " + toResume("", source) + " makes it try at once"
}

func toResume(first, source string) string {
	return fmt.Sprintf("%s`%s resume %s` (signal `%s`)", first, Program, source, operator.Resume)
}

// Unblocking is what lets a blocked sync go on.
type Unblocking struct {
	Do     string   // in a clause, commands and all
	First  string   // in a clause that stands before the commands
	Orders []string // the commands without their program, in the order in which they help
}

// Unblock says what lets a sync go on that a failure blocks, by where the credentials of its source are kept.
func Unblock(why activities.Failure, kept, source string) Unblocking {
	resume, other := "resume "+source, "connect "+source
	by := func(order string) string { return "`" + Program + " " + order + "`" }
	fixed := Unblocking{Do: toResume("fix that; then ", source), First: "fix that, then resume it", Orders: []string{resume}}
	where := "`sources." + source + ".salesforce."
	switch {
	case strings.HasSuffix(why.Message, staging.Anew): // a resume brings nothing where what the sync had written is gone
		end, again := "cancel "+source, "sync "+source
		return Unblocking{
			Do:    by(end) + ", then " + by(again) + ", which reuses what the bucket still has",
			First: "cancel the sync, and start another, which reuses what the bucket still has", Orders: []string{end, again},
		}
	case why.Class != fault.LoginRefused:
		return fixed
	case why.System == fault.Longhaul: // it was disconnected: see roster.Disconnected
		end := "cancel " + source
		return Unblocking{
			Do:    by(other) + " gives it credentials again, and resumes it; " + by(end) + " ends it",
			First: "connect the source again, which resumes the sync, or cancel the sync", Orders: []string{other, end},
		}
	case kept == "": // an older worker has logged in
		fixed.Do += "; a connected source gets other credentials by " + by(other) + ", which resumes it"
		fixed.First += ", or give a connected source other credentials, which resumes it too"
		fixed.Orders = append(fixed.Orders, other)
		return fixed
	case kept == activities.KeptConnected && why.Setting == "":
		fixed.Do += "; or give it other credentials by " + by(other) + ", which resumes it too"
		fixed.First += ", or give the source other credentials, which resumes it too"
		fixed.Orders = append(fixed.Orders, other)
		return fixed
	case kept == activities.KeptConnected:
		other = ToConnect(source, why.Setting)
		return Unblocking{
			Do:    by(other) + " gives it another one, and resumes it; " + toResume("if the org takes the present one again, ", source) + " is enough",
			First: "give the source another one, which resumes the sync; if the org takes the present one again, resume it", Orders: []string{other, resume},
		}
	case why.Setting == "":
		return fixed
	case kept == activities.KeptDocument:
		where = "change the document to which " + where + "credentials` refers"
	case flags[why.Setting] == "VALUE":
		where = "change " + where + why.Setting + "` in the settings of the workers, and start them again"
	default:
		where = "change what " + where + why.Setting + "` refers to"
	}
	return Unblocking{Do: toResume(where+"; then ", source), First: where + ", then resume the sync", Orders: []string{resume}}
}

// flags are what connect takes for a setting of a login: a flag is called as its setting is.
var flags = map[string]string{"base_url": "VALUE", "client_id": "VALUE", "audience": "VALUE", "client_secret": "file:PATH", "private_key": "FILE"}

// ToConnect is the order that gives a connected source another value of a setting of salesforce; of none, it asks for all.
func ToConnect(source, setting string) string {
	order := "connect " + source
	if value := flags[setting]; value != "" {
		order += " --" + strings.ReplaceAll(setting, "_", "-") + " " + value
	}
	return order
}

func toAnswer(source string, vital bool) string {
	if vital {
		return fmt.Sprintf("`%s discard %s` (update `%s`) ends it and delivers nothing", Program, source, operator.Discard)
	}
	return fmt.Sprintf("`%s approve %s` (update `%s`) continues it; `%s discard %s` (update `%s`) ends it and delivers nothing",
		Program, source, operator.Approve, Program, source, operator.Discard)
}
