package words

import "longhaul/internal/notify"

// saying is what people read of an event. In its texts {source} stands for the name of the source.
type saying struct {
	title   string                 // after the name of the source
	what    func(telling) []string // sentences: what happened
	do      string                 // a sentence: what to do, where the fact itself does not say
	command string                 // that does it, after the name of the program
}

// sayings has the words of every event.
var sayings = map[notify.Event]saying{
	notify.FirstSyncComplete: {
		title: "the first sync is complete",
		what: func(t telling) []string {
			return []string{t.coverage(), t.delivered(), t.effort(), t.next(), t.closed()}
		},
	},
	notify.Complete: {
		title: "the sync is complete",
		what: func(t telling) []string {
			return []string{t.coverage(), t.lost(), t.changes(), t.delivered(), t.effort(), t.next(), t.closed()}
		},
	},
	notify.Gaps: {
		title: "the sync is done, with gaps",
		what: func(t telling) []string {
			return []string{t.coverage(), t.gaps(), t.gapFolders(), t.lost(), t.changes(), t.delivered(), t.effort(), t.next(), t.closed()}
		},
		do:      "The page of the sync lists each gap with what to do; so does the command",
		command: "show {source}",
	},
	notify.Failed: {
		title:   "the sync failed",
		what:    func(t telling) []string { return []string{t.why(), t.kept(), t.effort(), t.closed()} },
		do:      "When the cause is fixed, start a sync again: it reuses what was read",
		command: "sync {source}",
	},
	notify.Blocked: {
		title: "the sync is blocked, and somebody has to act",
		what: func(t telling) []string {
			return []string{t.why(), t.since("It has waited since %s."), t.until("If nobody acts, it fails at %s.")}
		},
		do:      "Fix what is said above, then let the sync go on",
		command: "resume {source}",
	},
	notify.Held: {
		title: "the sync is held, and asks whether to go on",
		what: func(t telling) []string {
			return []string{t.why(), t.since("It has waited since %s."), t.until("Without an answer it is discarded at %s, and the catalog keeps what it has.")}
		},
		do:      "Look whether that is as it should be; then approve or discard it",
		command: "status {source}", // no command that answers: whoever copies it must have looked
	},
	notify.Waiting: {
		title: "the sync waits, and goes on by itself",
		what: func(t telling) []string {
			return []string{t.why(), t.since("It has waited since %s."), t.until("It goes on at %s, or before.")}
		},
		do: "There is nothing to do",
	},
	notify.Stalled: {
		title: "the sync does not move",
		what: func(t telling) []string {
			if t.why() == "" {
				return []string{t.since("Nothing has moved since %s."), "It waits for nothing that is known."}
			}
			return []string{t.why(), t.since("Nothing has moved since %s.")}
		},
		do:      "Look whether the workers of the source run and answer (`longhaul sources`), and start one that hangs again: the sync goes on where it was",
		command: "status {source}",
	},
	notify.Recovered: {
		title: "what stood is over", // of an event that has words of its own, those: see over
		what:  func(t telling) []string { return []string{t.closed(), t.why()} },
	},
	notify.ColumnsLost: {
		title:   "reports have lost columns",
		what:    func(t telling) []string { return []string{t.lost(), t.named(), t.delivered()} },
		do:      "If nobody removed them on purpose, look at field permissions of the run-as user first: a column that it may not see is gone from every report",
		command: "diff {source}",
	},
	notify.ScheduleMissed: {
		title:   "a run of the schedule did not come",
		what:    func(t telling) []string { return []string{t.why(), t.since("It has been overdue since %s.")} },
		do:      "Look whether the schedule is paused and a worker runs; start a sync by hand if it is urgent (`longhaul sync {source}`)",
		command: "schedule {source}",
	},
	notify.WorkerGone: {
		title:   "no worker serves the source",
		what:    func(t telling) []string { return []string{t.why(), t.since("None has been seen since %s.")} },
		do:      "Start a worker that has the settings of the source, or connect the source again: syncs go on where they were",
		command: "sources",
	},
	notify.Digest: {
		title:   "the week",
		what:    func(t telling) []string { return t.week() },
		command: "history {source}",
	},
	notify.Test: {
		title: "a test message",
		what: func(telling) []string {
			return []string{"Somebody tries whether messages about this source arrive. This one did."}
		},
		do: "There is nothing to do",
	},
}
