// Package shard describes the reports of one shard, stores the descriptions in parts as they come, and joins the parts into one object at the end.
//
// One goroutine, the loop in loop.go, owns the state of a run and only connects components, each of which can be read alone:
//
//   - shard/slots shares out the requests that the shards of a sync may have in flight.
//   - shard/limiter lowers that number where Salesforce asks for fewer requests.
//   - shard/breaker is the circuit breaker: it tells broken reports from a broken Salesforce by canaries.
//   - shard/gate lets one shard of a process find out for all whether Salesforce answers again.
//   - shard/retry queues the reports, and tries those that failed again in rounds.
//   - shard/parts stores the answers by group commit, waits for a store that refuses, and joins the parts.
//   - dispatch.go sends requests (request.go), inflight.go keeps them in a reorder window, receive.go takes the answers.
//   - quarantine.go holds refusals in unknown words, lifetime.go says why and when a run ends, slice.go what the end of
//     a slice decides, results.go what is kept of the reports.
//
// What is stored is the only memory between two attempts: a run begins by reading the Ids of the parts that are there and
// describes the rest.
//
// Three rules keep one broken report from stopping a shard, and an outage from counting as broken reports:
//
//   - A report that fails is tried again after the others.
//   - Only answers prove that Salesforce works. When failures pile up without one, or a report is refused with a wait too
//     long to be spent here, the breaker opens and the run asks for a canary: a report that has answered before or, where
//     there is none, a few that were not tried yet. If the canary is answered, the reports are at fault and the run goes
//     on. If not, the run stores what it has and returns the error, and the next attempt goes on where it stopped.
//   - A report is deferred, to be tried again at the end of the sync, or failed, where this is the end, only after a
//     canary was answered around its last tries. One whose description is too large fails at once: the next try would
//     bring the same.
//
// An outage must not use up the quota either: a run after one that failed asks for a single report first and uses its
// width once that is answered, and the error of an outage asks for a wait that grows with the attempts. Of all runs of a source in a process
// one asks at a time: its outage is theirs, for half of its wait, until any run is answered. A run that may be the one which gives a small
// shard up asks by itself.
//
// A run may have a slice of time, so that many shards take turns. What is broken must not fill one slice after the other:
// a report that failed, or hung for long, while others were answered is deferred at the end of the slice. When nothing
// was answered at all, one canary is asked for; without its answer the slice ends as an outage does.
//
// A store that refuses for a while, as a full disk, is waited for: no request begins, and nothing that was answered is
// lost.
package shard
