package shard

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/shard/breaker"
	"longhaul/internal/shard/parts"
	"longhaul/internal/shard/retry"
	"longhaul/internal/shard/slots"
	"longhaul/internal/staging"
)

// newDispatcher makes a dispatcher over n reports that were not asked for yet.
func newDispatcher(t *testing.T, n int, d Describer, s Slots) *dispatcher {
	t.Helper()
	reports := make([]report, n)
	for i := range reports {
		reports[i].id = reportID(i)
	}
	led := newLedger(reports)
	life := newLifetime(t.Context(), 0)
	t.Cleanup(life.close)
	return &dispatcher{
		asker: asker{describer: d}, slots: s, life: life, led: led, queue: retry.New(led.missing(), 1), breaker: breaker.New(1, 1),
		flight: inFlight{answers: make(chan answer)},
	}
}

func TestDispatcher_sendsInTurnWhileThereIsRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		share := slots.NewPool().Join("acme", 3, true)
		d := newDispatcher(t, 5, newOrg(time.Second), share)
		for range 3 {
			if !d.mayAdd() || !d.sendNext(0) {
				t.Fatalf("%d are in flight and there is no room", d.flight.count())
			}
		}
		if d.mayAdd() || d.sendNext(0) {
			t.Error("there is room beyond the slots")
		}
		for want := range 3 {
			a := <-d.flight.answers
			d.arrived(a.request)
			if a.verdict != final || a.state != description.StateDescribed || a.request.seq != int64(a.request.report) {
				t.Errorf("answer %d is %+v", want, a)
			}
		}
		d.limiter.PauseUntil(time.Now().Add(time.Second))
		if d.mayAdd() {
			t.Error("there is room during a pause")
		}
		<-time.After(time.Second)
		d.limiter.SetSerial(true)
		if !d.mayAdd() || !d.sendNext(3) || d.mayAdd() {
			t.Error("one request at a time is not one")
		}
		if !d.sendNext(3) || d.sendNext(3) { // the last one; the limiter is the caller's to ask
			t.Error("the queue has another number of reports")
		}
		d.abandon()
		if share.TryAcquire(); share.Limit() != 3 || !share.TryAcquire() || !share.TryAcquire() {
			t.Error("slots did not come back")
		}
	})
}

func TestDispatcher_asksForACanaryOfEachKind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDispatcher(t, 2, newOrg(time.Second), slots.Fixed(2))
		if q := d.canary(7); q == nil || q.kind != sample || q.answers != 7 || d.queue.Pending() != 1 {
			t.Errorf("the first canary is %+v", q)
		}
		if q := d.canary(7); q != nil {
			t.Errorf("a canary beyond the samples is %+v", q)
		}
		d.asker.canary = func(context.Context) error { return failWith(fault.Transient) }
		q := d.canary(7)
		if q == nil || q.kind != probe {
			t.Fatalf("the caller's canary is %+v", q)
		}
		d.send(q)
		if a := <-d.flight.answers; a.verdict != tryAgain || !fault.Is(a.err, fault.Transient) || a.line != nil {
			t.Errorf("its answer is %+v", a)
		}
		d.led.set(1, description.StateDescribed, "")
		q = d.canary(7)
		if q == nil || q.kind != known || q.report != 1 {
			t.Fatalf("a report that was described before is %+v", q)
		}
		d.send(q)
		if a := <-d.flight.answers; a.verdict != final || a.line != nil {
			t.Errorf("its answer is %+v", a)
		}
	})
}

func TestResults_deferOrFail(t *testing.T) {
	for lastRound, want := range map[bool]description.State{false: description.StateDeferred, true: description.StateFailed} {
		synctest.Test(t, func(t *testing.T) {
			d := newDispatcher(t, 3, nil, slots.Fixed(1))
			var progress [][2]int
			at := parts.Shard{Store: newFakeStore(), Sync: testSync}
			s := &results{
				in:    Input{LastRound: lastRound, Progress: func(done, total int) { progress = append(progress, [2]int{done, total}) }},
				shard: at, led: d.led, queue: d.queue, writer: parts.NewWriter(at, nil, parts.Options{Attempt: 1}),
			}
			s.record(answer{request: &request{kind: known, report: 2}})
			d.queue.Fail(d.queue.Pop(), retry.Failure{Err: failWith(fault.Poison)})
			if err := s.deferOrFail(d.queue.Failed(), d.flight.number); err != nil {
				t.Fatal(err)
			}
			lines, err := s.writer.StoreRest(t.Context())
			s.stored(lines)
			result := s.led.result(staging.Object{})
			if err != nil || result.Reports != 1 || result.States[want] != 1 || result.Reasons[description.ReasonServerError] != 1 || result.Repeated != 1 {
				t.Errorf("result %+v, error %v", result, err)
			}
			if len(progress) != 1 || progress[0] != [2]int{1, 3} || len(d.queue.Failing()) != 0 || d.queue.Pending() != 2 {
				t.Errorf("progress %v, failing %v, %d in the queue", progress, d.queue.Failing(), d.queue.Pending())
			}
		})
	}
}
