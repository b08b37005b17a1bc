// Package receiver sends messages to the receivers of the settings: by shoutrrr, or to a webhook that is signed after Standard Webhooks.
package receiver

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/notify"
)

// Bounds of sending. A receiver gets two tries; all receivers get the message at one time.
const (
	tryWithin = 10 * time.Second
	allWithin = 50 * time.Second
	tries     = 2
	pause     = 2 * time.Second // before another try, where the receiver names no other
	mostPause = 10 * time.Second
)

// Options are what a Sender needs.
type Options struct {
	UserAgent string
	Logger    *zap.Logger       // nil: none
	Transport http.RoundTripper // nil: one with the proxy of the environment and the roots of the system
	Pause     time.Duration     // before another try; 0: two seconds
	Within    time.Duration     // bounds a try; 0: ten seconds
}

// Sender sends messages. It is safe for concurrent use.
type Sender struct {
	options Options
	now     func() time.Time

	mu    sync.Mutex
	slots map[string]chan int // by receiver: the numbers of the free ones
}

// New makes a sender.
func New(options Options) *Sender {
	if options.Logger == nil {
		options.Logger = zap.NewNop()
	}
	if options.Transport == nil {
		options.Transport = httpkit.NewTransport(nil, tryWithin)
	}
	if options.Pause == 0 {
		options.Pause = pause
	}
	if options.Within == 0 {
		options.Within = tryWithin
	}
	return &Sender{options: options, now: time.Now, slots: map[string]chan int{}}
}

// Close closes idle connections.
func (s *Sender) Close() {
	if t, is := s.options.Transport.(interface{ CloseIdleConnections() }); is {
		t.CloseIdleConnections()
	}
}

// Send sends a message to those who ask for it, at one time and within a minute. It says what became of it at each, in the order of their
// names. A receiver that fails, hangs or panics is no matter for the others.
func (s *Sender) Send(ctx context.Context, message notify.Message, asking []notify.Asking) []notify.Told {
	ctx, cancel := context.WithTimeout(ctx, allWithin)
	defer cancel()
	var mu sync.Mutex
	told := []notify.Told{}
	var group sync.WaitGroup
	for _, to := range asking {
		if !to.Asks(message) {
			continue
		}
		group.Go(func() {
			one, sent := s.tell(ctx, message, to)
			mu.Lock()
			defer mu.Unlock()
			if sent {
				told = append(told, one)
			}
		})
	}
	group.Wait()
	slices.SortFunc(told, func(a, b notify.Told) int { return cmp.Compare(a.Receiver, b.Receiver) })
	return told
}

// tell sends a message to one receiver. It says whether the message was for it.
func (s *Sender) tell(ctx context.Context, message notify.Message, to notify.Asking) (told notify.Told, sent bool) {
	err := fault.Caught(func() error { return s.try(ctx, message, to) })
	told = notify.Told{ID: message.ID, Event: message.Event, Receiver: to.Name, At: s.now().UTC()}
	if errors.Is(err, errNotForIt) {
		return told, false
	}
	if err != nil {
		told.Failure = sentenceOf(err)
		s.options.Logger.Warn("a message did not arrive", zap.String("event", "warning"), zap.String("source", message.Source),
			zap.String("receiver", to.Name), zap.String("of", string(message.Event)), zap.String("why", told.Failure))
	}
	return told, true
}

// try tries to send a message, and once more where that may help.
func (s *Sender) try(ctx context.Context, message notify.Message, to notify.Asking) error {
	var err error
	for n := range tries {
		if n > 0 {
			if httpkit.Sleep(ctx, s.pauseAfter(err)) != nil {
				return err
			}
		}
		if err = s.once(ctx, message, to); !again(err) {
			return err
		}
	}
	return err
}

// once tries once. The time of a try begins when the receiver's turn has come.
func (s *Sender) once(ctx context.Context, message notify.Message, to notify.Asking) error {
	if !to.Webhook.IsZero() {
		ctx, cancel := context.WithTimeout(ctx, s.options.Within)
		defer cancel()
		return s.webhook(ctx, message, to)
	}
	free := s.free(to.Name)
	select {
	case slot := <-free:
		defer func() { free <- slot }()
		ctx, cancel := context.WithTimeout(ctx, s.options.Within)
		defer cancel()
		return s.shoutrrr(ctx, message, to, slot)
	case <-ctx.Done():
		return unsent(fault.Invalid, "the receiver takes messages too slowly: too many came at one time; nothing to change if it passes")
	}
}

// mostAtOnce bounds the messages that one receiver of shoutrrr gets at one time, and so what can hang there.
const mostAtOnce = 4

// free has the numbers of the slots of a receiver that are free.
func (s *Sender) free(name string) chan int {
	s.mu.Lock()
	defer s.mu.Unlock()
	free, known := s.slots[name]
	if !known {
		free = make(chan int, mostAtOnce)
		for slot := range mostAtOnce {
			free <- slot
		}
		s.slots[name] = free
	}
	return free
}

func (s *Sender) pauseAfter(err error) time.Duration {
	if f := fault.From(err); f != nil && f.RetryAfter > 0 {
		return min(f.RetryAfter, mostPause)
	}
	return s.options.Pause
}
