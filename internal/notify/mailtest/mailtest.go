// Package mailtest is a mail server for tests.
package mailtest

import (
	"io"
	"net"
	"slices"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Box is a mail server that keeps what it gets.
type Box struct {
	Address string // host and port

	password string
	mu       sync.Mutex
	mails    []string
	to       []string
}

// Serve starts a mail server on this machine, which ends with the test. It wants a login with the password.
func Serve(t testing.TB, password string) *Box {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	box := &Box{Address: listener.Addr().String(), password: password}
	server := smtp.NewServer(box)
	server.Domain, server.AllowInsecureAuth = "localhost", true
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return box
}

// Mails are those that came, each with its head.
func (b *Box) Mails() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.mails)
}

// To are the addresses that mails came for.
func (b *Box) To() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.to)
}

// NewSession begins the mails of one connection.
func (b *Box) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{box: b}, nil }

type session struct {
	box      *Box
	loggedIn bool
}

// AuthMechanisms are the ways to log in.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth logs in.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		if s.loggedIn = password == s.box.password; !s.loggedIn {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "bad login of longhaul@example.com"}
		}
		return nil
	}), nil
}

// Mail begins a mail.
func (s *session) Mail(string, *smtp.MailOptions) error {
	if !s.loggedIn {
		return smtp.ErrAuthRequired
	}
	return nil
}

// Rcpt says who gets it.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.to = append(s.box.to, to)
	return nil
}

// Data is the mail.
func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.mails = append(s.box.mails, string(text))
	return err
}

// Reset forgets a mail that was begun.
func (s *session) Reset() {}

// Logout ends the connection.
func (s *session) Logout() error { return nil }
