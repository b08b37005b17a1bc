// Package session holds the sessions that logins opened, and the account that may log in.
package session

import (
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
	"time"

	"longhaul/internal/simulator/clock"
)

// Session is opened by one login.
type Session struct {
	Token        string
	ClientID     string
	Instance     int // the only one that accepts its token
	Issued       time.Time
	Expires      time.Time
	SecondEgress bool // the login came from the second of two egress addresses

	marks []Mark
}

// Mark is a refusal that a token keeps, for the routes that it covers.
type Mark interface{ Covers(route string) bool }

// Sessions are the logins of the only user of the org that may log in.
type Sessions struct {
	clock     clock.Clock
	ttl       time.Duration
	maxLogins int    // in an hour
	orgID     string // 15 characters, the beginning of every token

	mu       sync.Mutex
	live     map[string]*Session
	logins   int
	recent   []time.Time // logins of the last hour, oldest first
	account  Account
	app      App
	instance int // for which sessions are opened

	history Logins
}

// Attempt is one login with good secrets.
type Attempt struct {
	ClientID     string
	SubType      string
	SourceIP     string
	SecondEgress bool // it comes from the second of two egress addresses
}

// New makes the sessions of an org: tokens live for ttl, and its user may log in maxLogins times in an hour.
func New(c clock.Clock, orgID string, ttl time.Duration, maxLogins int) *Sessions {
	return &Sessions{clock: c, ttl: ttl, maxLogins: maxLogins, orgID: orgID[:15], live: map[string]*Session{}}
}

// History is the login history of the run-as user.
func (s *Sessions) History() *Logins { return &s.history }

// Note notes in the history how an attempt ended.
func (s *Sessions) Note(a Attempt, status string) {
	s.history.Add(Login{At: s.clock.Now(), SourceIP: a.SourceIP, SubType: a.SubType, Status: status})
}

// Open begins a session, unless the account is refused one or has logged in too often. A refused login does not count.
func (s *Sessions) Open(a Attempt) (*Session, *Refusal) {
	opened, refused := s.open(a)
	if refused == nil {
		s.Note(a, Success)
	}
	return opened, refused
}

func (s *Sessions) open(a Attempt) (*Session, *Refusal) {
	secret := make([]byte, 72)
	_, _ = rand.Read(secret) // never fails
	opaque := strings.NewReplacer("-", ".").Replace(base64.RawURLEncoding.EncodeToString(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if refused := s.account.refusal(now); refused != nil {
		return nil, refused
	}
	if s.recent = lately(s.recent, now); len(s.recent) >= s.maxLogins {
		return nil, &Refusal{"invalid_grant", "login rate exceeded"}
	}
	for token, old := range s.live {
		if !now.Before(old.Expires) {
			delete(s.live, token)
		}
	}
	opened := &Session{
		Token: s.orgID + "!" + opaque, ClientID: a.ClientID, Instance: s.instance, Issued: now, Expires: now.Add(s.ttl),
		SecondEgress: a.SecondEgress,
	}
	s.live[opened.Token] = opened
	s.logins++
	s.recent = append(s.recent, now)
	return opened, nil
}

// lately are those times, oldest first, that are of the hour before now.
func lately(times []time.Time, now time.Time) []time.Time {
	for len(times) > 0 && now.Sub(times[0]) >= time.Hour {
		times = times[1:]
	}
	return times
}

// Find gives the session of a token that is live.
func (s *Sessions) Find(token string) (*Session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.live[token]
	if !ok || !s.clock.Now().Before(found.Expires) {
		return nil, false
	}
	return found, true
}

// End ends the session of a token, and reports whether there was one.
func (s *Sessions) End(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.live[token]
	delete(s.live, token)
	return ok
}

// EndAll ends all sessions and reports how many there were. Whoever has the keys may log in again.
func (s *Sessions) EndAll() (ended int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ended = len(s.live)
	clear(s.live)
	return ended
}

// MoveTo ends all sessions; the tokens of new ones are accepted at another instance.
func (s *Sessions) MoveTo(instance int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.instance = max(s.instance, instance)
	clear(s.live)
}

// Logins counts the logins since the start.
func (s *Sessions) Logins() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}

// Mark makes a token keep a refusal.
func (s *Sessions) Mark(on *Session, m Mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	on.marks = append(on.marks, m)
}

// Marked gives the refusal that a token keeps for a route; nil when it is good there.
func (s *Sessions) Marked(on *Session, route string) Mark {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := slices.IndexFunc(on.marks, func(m Mark) bool { return m.Covers(route) })
	if k < 0 {
		return nil
	}
	return on.marks[k]
}
