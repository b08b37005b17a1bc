// Package shard describes the reports of one shard, stores what it learns in parts as it goes, and joins the parts into one object at the end.
//
// One goroutine, the loop in loop.go, owns all state of a run. It hands reports to at most as many short-lived
// goroutines as the shard has slots, takes their answers back in whatever order they come, and hands what has gathered
// to at most one flush at a time. What is stored is the only memory between two attempts: a run begins by reading the
// ids of the parts that are there and describes the rest.
//
// Three rules keep one broken report from stopping a shard, and an outage from being taken for broken reports:
//
//   - A report that fails is put aside and tried again after the others.
//   - Only answers prove that Salesforce works. When failures pile up without one, or a report is refused with a wait too
//     long to be spent here, the run asks for a witness: a report that has answered before or, where there is none, a few
//     that were not tried yet. If the witness answers, the reports are at fault and the run goes on; if not, the run
//     stores what it has and gives the error back, so that the attempt after it goes on where it stopped.
//   - A report gets no state of its own fault before its last tries were answered by a witness. It is deferred then, to be
//     tried again at the end of the sync, or failed where this is the end. One whose description is too large fails at
//     once: the next try would bring the same.
//
// An outage must not eat the quota either: a run after one that failed asks for a single report first and uses its width
// once that is answered, and the error of an outage asks for a wait that grows with the attempts.
//
// A run may be given a slice of time, so that many shards take turns. What is broken must not fill one slice after the
// other: a report that failed, or hung for long, while others were answered is given up at the end of the slice. When
// nothing was answered at all, one witness is asked; without its answer the slice ends as an outage does.
//
// A store that refuses for a while, as a full disk, is waited for: no request begins, and nothing that was answered is
// lost. Within its share the run finds the pace that Salesforce takes: see pace.go.
package shard
