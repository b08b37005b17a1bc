package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/login"
)

func TestSession_waitersShareOneLogin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		s := New(Config{Login: func(context.Context) (*login.Token, error) {
			logins++
			pass(t, time.Second)
			return &login.Token{Value: fmt.Sprint(logins)}, nil
		}})
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				g, err := s.after(t.Context(), 0)
				if err != nil || g.generation != 1 {
					t.Errorf("got %v, %v", g, err)
				}
			})
		}
		all.Wait()
		if g, err := s.after(t.Context(), 0); err != nil || g.generation != 1 || logins != 1 {
			t.Errorf("a late caller with an older generation gets %v, %v after %d logins", g, err, logins)
		}
		if g, err := s.after(t.Context(), 1); err != nil || g.generation != 2 || logins != 2 {
			t.Errorf("a caller that found the newest one ended gets %v, %v after %d logins", g, err, logins)
		}
	})
}

func TestSession_aWaiterMayLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := New(Config{Login: func(ctx context.Context) (*login.Token, error) {
			select {
			case <-time.After(time.Second):
				return &login.Token{}, nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		var other sync.WaitGroup
		other.Go(func() {
			pass(t, time.Microsecond) // joins the login that the other began
			if _, err := s.after(t.Context(), 0); err != nil {
				t.Errorf("the one who stays gets %v", err)
			}
		})
		if _, err := s.after(ctx, 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the one who leaves gets %v", err)
		}
		other.Wait()
	})
}

func TestSession_aRefusalHoldsForAMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins, class := 0, fault.LoginRefused
		s := New(Config{Login: func(context.Context) (*login.Token, error) {
			logins++
			return nil, &apierror.Error{Class: class, Op: apierror.OpLogin}
		}})
		for range 10 {
			if _, err := s.after(t.Context(), 0); !fault.Is(err, fault.LoginRefused) {
				t.Fatal(err)
			}
		}
		if logins != 1 {
			t.Errorf("a refused login was repeated %d times at once", logins-1)
		}
		pass(t, RefusalHolds)
		class = fault.Transient
		for range 2 {
			if _, err := s.after(t.Context(), 0); !fault.Is(err, fault.Transient) {
				t.Fatal(err)
			}
		}
		if logins != 3 {
			t.Errorf("%d logins, want the refused one, one after a moment, and each after a fault that passes", logins)
		}
	})
}

// The requests that wait for a login get its panic as an error.
func TestSession_aLoginThatPanicsIsAnError(t *testing.T) {
	t.Parallel()
	s := New(Config{Login: func(context.Context) (*login.Token, error) { panic("the answer to a login") }})
	if _, err := s.after(t.Context(), 0); !errors.As(err, new(*fault.PanicError)) {
		t.Errorf("got %v, want the panic", err)
	}
}

// A renewal does not wait for a login in flight with the old credentials, and drops its result.
func TestRenew_leavesALoginThatIsUnderWay(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]error{"that is refused": &apierror.Error{Class: fault.LoginRefused, Op: apierror.OpLogin}, "that succeeds": nil} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				logins := 0
				s := New(Config{Login: func(context.Context) (*login.Token, error) {
					logins++
					if logins == 1 { // with the old credentials, and slow
						pass(t, time.Second)
						return &login.Token{Value: "old"}, refusal
					}
					return &login.Token{Value: "new"}, nil
				}})
				var old sync.WaitGroup
				old.Go(func() {
					if _, err := s.after(t.Context(), 0); fault.Is(err, fault.LoginRefused) != (refusal != nil) {
						t.Errorf("the one who waits for the old login gets %v", err)
					}
				})
				synctest.Wait()
				s.Renew(time.Now())
				g, err := s.after(t.Context(), 0)
				if err != nil || g.Value != "new" {
					t.Fatalf("a login after the renewal gives %v, %v", g, err)
				}
				old.Wait()
				if again, err := s.after(t.Context(), 0); err != nil || again != g || logins != 2 {
					t.Errorf("the old login came through: %v, %v after %d logins", again, err, logins)
				}
				if _, err := s.after(t.Context(), g.generation); err != nil {
					t.Errorf("the old refusal stands: %v", err)
				}
			})
		})
	}
}
