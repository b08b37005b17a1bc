package receiver_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/notify"
	"longhaul/internal/notify/receiver"
	"longhaul/internal/source"
)

// TestSend_aBadReceiverIsNoMatterForTheOthers has some that fail in every way, beside one that works.
func TestSend_aBadReceiverIsNoMatterForTheOthers(t *testing.T) {
	t.Parallel()
	box, silent := &inbox{}, &inbox{hang: make(chan struct{}), came: make(chan struct{}, 9)}
	mute := listen(t) // accepts and says nothing
	s, logs := sender(t, receiver.Options{Within: 3 * time.Second})
	unset, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:HOOK_URL")
	if err != nil {
		t.Fatal(err)
	}
	absent := hook("absent", "", "")
	absent.Webhook = unset
	told := s.Send(t.Context(), blocked("1"), []notify.Asking{
		hook("works", serve(t, box), oldKey),
		hook("answers-500", serve(t, &inbox{statuses: []int{500, 500}})+"/s3cret", oldKey),
		hook("hangs", serve(t, silent)+"/s3cret", oldKey),
		by("mail-hangs", "smtp://user:s3cret@"+mute.Addr().String()+"/?usestarttls=no&fromaddress=a@example.com&toaddresses=b@example.com"),
		by("away", "smtp://user:s3cret@127.0.0.1:1/?usestarttls=no&fromaddress=a@example.com&toaddresses=b@example.com"),
		by("chat-500", "ntfy://:s3cret@"+strings.TrimPrefix(serve(t, &inbox{statuses: []int{500, 500}}), "http://")+"/topic?scheme=http"),
		absent,
	})
	_ = mute.Close()
	names := []string{}
	for _, one := range told {
		names = append(names, one.Receiver)
	}
	if want := []string{"absent", "answers-500", "away", "chat-500", "hangs", "mail-hangs", "works"}; !slices.Equal(names, want) {
		t.Errorf("told %v, want %v", names, want)
	}
	failed := failures(told)
	for name, want := range map[string]string{
		"answers-500": "answered 500", "hangs": "did not answer in time", "mail-hangs": "gave no answer", "away": "no connection",
		"chat-500": "answered 500", "absent": "HOOK_URL is not set",
	} {
		if !strings.Contains(failed[name], want) {
			t.Errorf("%s: %q lacks %q", name, failed[name], want)
		}
		hides(t, failed[name], "s3cret", "127.0.0.1", "example.com")
	}
	if got, _ := box.all(); len(got) != 1 || failed["works"] != "" {
		t.Errorf("the one that works got %d messages: %s", len(got), failed["works"])
	}
	if n := logs.FilterMessage("a message did not arrive").Len(); n != 6 {
		t.Errorf("%d lines of log", n)
	}
	hides(t, logged(logs), "s3cret", "127.0.0.1", "example.com")
	close(silent.hang)
}

// panics is a transport that panics with what it was to send to.
type panics struct{}

func (panics) RoundTrip(r *http.Request) (*http.Response, error) {
	panic("broken at " + r.URL.String())
}

// TestSend_aPanicIsTheFailureOfItsReceiver keeps the address in the panic to itself.
func TestSend_aPanicIsTheFailureOfItsReceiver(t *testing.T) {
	t.Parallel()
	s, logs := sender(t, receiver.Options{Transport: panics{}})
	told := s.Send(t.Context(), blocked("1"), []notify.Asking{
		hook("hook", "https://hooks.example.com/s3cret", oldKey), by("library", "ntfy://:s3cret@hooks.example.com/topic"),
	})
	if len(told) != 2 || !strings.Contains(told[0].Failure, "panicked") || !strings.Contains(told[1].Failure, "panicked") {
		t.Errorf("told %+v", told)
	}
	hides(t, told[0].Failure+told[1].Failure+logged(logs), "s3cret", "hooks.example.com")
}

// TestSend_asksWhoWantsIt goes by the settings, in general and of the source.
func TestSend_asksWhoWantsIt(t *testing.T) {
	t.Parallel()
	box := &inbox{}
	at := serve(t, box)
	settings := notify.Settings{}
	for _, name := range []string{"all", "none", "digests", "of-source"} {
		one := hook(name, at, oldKey).Configured
		switch name {
		case "none":
			one.Events = []notify.Event{}
		case "digests":
			one.Events = []notify.Event{notify.Digest}
		}
		settings.Receivers = append(settings.Receivers, one)
	}
	own := source.Notify{"of-source": {"gaps", "recovered"}, "none": nil}
	s, _ := sender(t, receiver.Options{})
	over := notify.Message{Fact: notify.Fact{ID: "over", Event: notify.Complete, Source: "acme"}, Closed: []string{"longhaul/acme/held"}}
	only := notify.Message{Fact: notify.Fact{ID: "only", Event: notify.Test, Source: "acme", Receiver: "digests"}}
	for _, row := range []struct {
		message notify.Message
		want    []string
	}{
		{blocked("1"), []string{"all"}},
		{notify.Message{Fact: notify.Fact{ID: "2", Event: notify.Digest, Source: "acme"}}, []string{"digests"}},
		{notify.Message{Fact: notify.Fact{ID: "3", Event: notify.Gaps, Source: "acme"}}, []string{"of-source"}},
		{notify.Message{Fact: notify.Fact{ID: "4", Event: notify.Test, Source: "acme"}}, []string{"all", "digests", "of-source"}},
		{notify.Message{Fact: notify.Fact{ID: "5", Event: notify.Complete, Source: "acme"}}, nil},
		{over, []string{"all", "of-source"}},
		{only, []string{"digests"}},
	} {
		var got []string
		for _, one := range s.Send(t.Context(), row.message, settings.Asking(own)) {
			got = append(got, one.Receiver)
			if one.Failure != "" {
				t.Errorf("%+v", one)
			}
		}
		if !slices.Equal(got, row.want) {
			t.Errorf("%s went to %v, want %v", row.message.ID, got, row.want)
		}
	}
}

// TestSend_endsWithItsContext leaves nothing running that can be stopped.
func TestSend_endsWithItsContext(t *testing.T) {
	silent := &inbox{hang: make(chan struct{}), came: make(chan struct{}, 9)}
	at := serve(t, silent)
	before := goleak.IgnoreCurrent()
	ctx, cancel := context.WithCancelCause(t.Context())
	s, _ := sender(t, receiver.Options{})
	done := make(chan []notify.Told)
	go func() { done <- s.Send(ctx, blocked("1"), []notify.Asking{hook("hangs", at, oldKey)}) }()
	select {
	case told := <-done:
		t.Fatalf("it ended before: %+v", told)
	case <-silent.came:
	}
	cancel(errors.New("the worker stops"))
	if told := <-done; len(told) != 1 || told[0].Failure == "" {
		t.Errorf("told %+v", told)
	}
	s.Close()
	close(silent.hang)
	goleak.VerifyNone(t, before)
}

// TestSend_manyMessagesGoToOneReceiver has more of them than go there at one time: each has its turn.
func TestSend_manyMessagesGoToOneReceiver(t *testing.T) {
	t.Parallel()
	const messages, atOnce = 20, 4
	slow := &inbox{hang: make(chan struct{}), came: make(chan struct{}, messages), answer: "{}"}
	to := by("many", "ntfy://:token@"+strings.TrimPrefix(serve(t, slow), "http://")+"/topic?scheme=http")
	s, _ := sender(t, receiver.Options{})
	var all sync.WaitGroup
	for i := range messages {
		all.Go(func() {
			if told := s.Send(t.Context(), blocked(strconv.Itoa(i)), []notify.Asking{to}); len(told) != 1 || told[0].Failure != "" {
				t.Errorf("told %+v", told)
			}
		})
	}
	for range atOnce {
		<-slow.came
	}
	if got, _ := slow.all(); len(got) != atOnce {
		t.Errorf("%d go there at one time", len(got))
	}
	close(slow.hang)
	all.Wait()
	if got, _ := slow.all(); len(got) != messages {
		t.Errorf("%d messages came", len(got))
	}
}
