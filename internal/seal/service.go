package seal

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	"gocloud.dev/gcerrors"
	"gocloud.dev/secrets"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
)

// answerWithin bounds a request to a key service: some drivers heed no context.
const answerWithin = 15 * time.Second

// service is the keeper of a key service. It connects at its first use, and again where that failed.
type service struct {
	url string

	mu     sync.Mutex
	opened *secrets.Keeper
}

func (s *service) name() string { return plainName(s.url) }

func (s *service) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened == nil {
		return nil
	}
	err := s.opened.Close()
	s.opened = nil
	return err
}

// keeper connects to the service.
func (s *service) keeper(ctx context.Context) (*secrets.Keeper, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opened != nil {
		return s.opened, nil
	}
	scheme, _, _ := strings.Cut(s.url, ":")
	if !secrets.DefaultURLMux().ValidKeeperScheme(scheme) {
		return nil, fault.Invalidf("this program cannot use the keeper %s: its build lacks the driver of %s", s.name(), scheme)
	}
	opened, err := secrets.OpenKeeper(ctx, s.url)
	if err != nil {
		return nil, s.fault(fault.Invalid, "cannot be used", "check secrets.keeper, and that this process has the credentials of the key service", err)
	}
	s.opened = opened
	return opened, nil
}

// ask sends one request, and bounds its time. A panic of a driver is an error.
func (s *service) ask(ctx context.Context, what string, request func(context.Context, *secrets.Keeper) ([]byte, error)) ([]byte, error) {
	bounded, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	answer, err := hang.Ask(bounded, "the keeper "+s.url, func() ([]byte, error) {
		keeper, err := s.keeper(bounded)
		if err != nil {
			return nil, err
		}
		return request(bounded, keeper)
	})
	if err == nil || ctx.Err() != nil {
		return answer, err
	}
	return nil, s.explain(what, err)
}

func (s *service) wrap(ctx context.Context, key []byte) (wrapped []byte, fingerprint string, err error) {
	wrapped, err = s.ask(ctx, "seal", func(ctx context.Context, k *secrets.Keeper) ([]byte, error) { return k.Encrypt(ctx, key) })
	return wrapped, "", err
}

func (s *service) made(_ context.Context, from Sealed) bool { return from.Keeper == s.name() }

func (s *service) unwrap(ctx context.Context, from Sealed) ([]byte, error) {
	if theirs, err := url.Parse(from.Keeper); err != nil || !strings.HasPrefix(s.url, theirs.Scheme+":") {
		return nil, sealedBy(from, s.name())
	}
	key, err := s.ask(ctx, "open", func(ctx context.Context, k *secrets.Keeper) ([]byte, error) { return k.Decrypt(ctx, from.DataKey) })
	if f := fault.From(err); f != nil && f.Class == fault.Invalid && from.Keeper != s.name() {
		return nil, sealedBy(from, s.name())
	}
	return key, err
}

// vaultCode is how Vault's client writes the status of an answer. Its driver gives every error the code unknown.
var vaultCode = regexp.MustCompile(`\bCode: ([0-9]{3})\.`)

// explain gives the error of a key service a class and a sentence.
func (s *service) explain(what string, err error) error {
	if fault.From(err) != nil && !errors.As(err, new(*fault.PanicError)) {
		return err
	}
	code := gcerrors.Code(err)
	if m := vaultCode.FindStringSubmatch(err.Error()); m != nil {
		code = map[string]gcerrors.ErrorCode{
			"400": gcerrors.InvalidArgument, "401": gcerrors.PermissionDenied, "403": gcerrors.PermissionDenied, "404": gcerrors.NotFound,
		}[m[1]]
	}
	switch code {
	case gcerrors.PermissionDenied:
		return s.fault(fault.Invalid, "refuses to "+what, "check the credentials that this process has there, and that they may encrypt and decrypt with this key", err)
	case gcerrors.NotFound:
		return s.fault(fault.Invalid, "has no such key", "check secrets.keeper; a key that was deleted there takes with it what it sealed", err)
	case gcerrors.InvalidArgument, gcerrors.FailedPrecondition:
		return s.fault(fault.Invalid, "cannot "+what+" this", "it may be sealed with another key, or the key be disabled there", err)
	default: // it is away, or in trouble
	}
	return s.fault(fault.Transient, "does not answer", "bring the key service back, or check the way to it; nothing is lost meanwhile", err)
}

// fault is an error of the service, with its own words.
func (s *service) fault(class fault.Class, does, fix string, err error) error {
	words := fault.Short(strings.Join(strings.Fields(err.Error()), " "), mostWords)
	message := fmt.Sprintf("the keeper %s %s (%s): %s", s.name(), does, words, fix)
	if class == fault.Invalid { // its sentence would repeat what lies below
		err = nil
	}
	return &fault.Error{Class: class, System: fault.Longhaul, Err: err, Message: message}
}

// mostWords bounds what is repeated of an error of a key service, in bytes.
const mostWords = 300
