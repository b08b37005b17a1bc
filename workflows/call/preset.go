package call

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Preset holds the options of a kind of work.
type Preset struct {
	startToClose    time.Duration // of one attempt
	heartbeat       time.Duration // the longest silence; 0: the activity has no heartbeat
	scheduleToStart time.Duration // the longest wait for a worker; 0: for ever, as a sync outlives a night without workers
	attempts        int32         // 0: for ever
}

const (
	// silence is how long a message that is sent may be silent: see beatEvery of activities/tell. One that is given up too soon is sent twice.
	silence = 15 * time.Second
	// shortSilence is the same for what cannot wait until it is known that a worker hangs.
	shortSilence = 8 * time.Second
	// messageWithin is above what a message may wait for the one before it and for all receivers: see internal/notify/desk.
	messageWithin = 4 * time.Minute
)

// The presets.
var (
	ForCall = Preset{startToClose: time.Minute}
	ForList = Preset{startToClose: 2 * time.Hour, heartbeat: 30 * time.Second}
	ForPlan = Preset{startToClose: 30 * time.Minute, heartbeat: 30 * time.Second}
	ForFile = Preset{startToClose: 2 * time.Hour, heartbeat: 30 * time.Second}
	// ForDescribe is longer than the longest slice and a bucket that is waited for at the end of it: what was answered is in memory then.
	ForDescribe = Preset{startToClose: 45 * time.Minute, heartbeat: 15 * time.Second}

	// ForLogin ends after about half a minute: a wrong host must not look like a long sync.
	ForLogin = Preset{startToClose: time.Minute, attempts: 6}
	// ForWorkerLookUp asks Temporal which workers poll. Where Temporal does not say, the sync goes on without knowing.
	ForWorkerLookUp = Preset{startToClose: time.Minute, attempts: 3}

	// The presets below, down to ForQuickLook, are for questions, which people wait for: five minutes at most in all, one attempt. An activity that
	// no worker begins within seconds is given up, and so is one whose worker died; once it is known that a worker is there, it may be busy
	// for longer.
	ForQuestion     = Preset{startToClose: 3 * time.Minute, heartbeat: 10 * time.Second, scheduleToStart: 4 * time.Second, attempts: 1}
	ForBusyQuestion = Preset{startToClose: 3 * time.Minute, heartbeat: 10 * time.Second, scheduleToStart: time.Minute, attempts: 1}
	// ForQuestionAgain is for a question that any worker answers where those of the source do not: with ForQuestion it waits for them for a
	// quarter of a minute. One that lives begins in a moment, as each queue has a slot of its own; one that was killed is still listed.
	ForQuestionAgain = Preset{startToClose: 3 * time.Minute, heartbeat: 10 * time.Second, scheduleToStart: 10 * time.Second, attempts: 1}
	// ForQuickLook looks for a worker for a question.
	ForQuickLook = Preset{startToClose: 5 * time.Second, scheduleToStart: 5 * time.Second, attempts: 1}

	// The presets below are for work that a sync can do without. They wait a minute for a worker: nothing may keep a sync that
	// is over from ending when no worker serves its source.

	// ForReminder is for a line in the worker's log.
	ForReminder = Preset{startToClose: time.Minute, scheduleToStart: time.Minute}
	// ForPruning ends after some tries, so that a bucket that refuses deletes does not keep a sync from ending.
	ForPruning = Preset{startToClose: time.Minute, scheduleToStart: time.Minute, attempts: 5}
	// ForEndMark ends after some tries, so that a bucket that is away does not keep a sync from ending.
	ForEndMark = Preset{startToClose: time.Minute, scheduleToStart: time.Minute, attempts: 3}
	// ForPage reads the account of the sync once more. It holds up the end of a sync for a minute at most, with both tries.
	ForPage = Preset{startToClose: 20 * time.Second, heartbeat: shortSilence, scheduleToStart: 9 * time.Second, attempts: 2}
	// ForPageAgain writes it once more, for which nothing waits.
	ForPageAgain = Preset{startToClose: 5 * time.Minute, heartbeat: silence, scheduleToStart: time.Minute, attempts: 3}

	// The presets below are for messages, which have tries of their own at each receiver.

	// ForMessage is for the workers of the source.
	ForMessage = Preset{startToClose: messageWithin, heartbeat: silence, scheduleToStart: time.Minute, attempts: 3}
	// ForAlarm is for what may be the matter with the workers of the source themselves: whether one is there shows in a moment.
	ForAlarm = Preset{startToClose: messageWithin, heartbeat: shortSilence, scheduleToStart: 5 * time.Second, attempts: 2}
	// ForMessageByAny is the last that is tried. It ends with the workflow of the message.
	ForMessageByAny = Preset{startToClose: messageWithin, heartbeat: silence}
)

// apply readies ctx for one activity. The summary is what the UI shows beside the activity, under 200 bytes.
func (p Preset) apply(ctx workflow.Context, summary string) workflow.Context {
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    p.startToClose,
		HeartbeatTimeout:       p.heartbeat,
		ScheduleToStartTimeout: p.scheduleToStart,
		WaitForCancellation:    true,
		Summary:                summary,
		// Without a bound on attempts, what no further try can fix says so by its error (activities.toTemporal).
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval:    time.Second,
			BackoffCoefficient: 2,
			MaximumInterval:    10 * time.Second,
			MaximumAttempts:    p.attempts,
		},
	})
}
