package server

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"sync"
	"time"
)

// session is what one login opened.
type session struct {
	token    string
	clientID string
	instance int // the only one at which it is good
	issued   time.Time
	expires  time.Time
	second   bool   // it was opened by the second of two egress addresses
	marks    []mark // by faults that belong to tokens
}

// sessions are the logins of the org's only user that may log in.
type sessions struct {
	clock Clock
	ttl   time.Duration
	most  int    // logins in an hour
	orgID string // 15 characters, the beginning of every token

	mu      sync.Mutex
	live    map[string]*session
	logins  int
	recent  []time.Time // logins of the last hour, oldest first
	account account
	at      int // instance for which sessions are opened
}

func newSessions(o Options, clock Clock) *sessions {
	return &sessions{clock: clock, ttl: o.TokenTTL, most: o.Logins, orgID: o.Org.Info().OrgID[:15], live: map[string]*session{}}
}

// open begins a session, unless the account is refused one or has logged in too often. What is refused is no login. second
// says that the login came by the second of two egress addresses.
func (s *sessions) open(clientID string, second bool) (*session, *oauthError) {
	secret := make([]byte, 72)
	_, _ = rand.Read(secret) // never fails
	opaque := strings.NewReplacer("-", ".").Replace(base64.RawURLEncoding.EncodeToString(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	if refused := s.account.refusal(now); refused != nil {
		return nil, refused
	}
	if !s.allows(now) {
		return nil, &oauthError{"invalid_grant", "login rate exceeded"}
	}
	for token, old := range s.live {
		if !now.Before(old.expires) {
			delete(s.live, token)
		}
	}
	opened := &session{token: s.orgID + "!" + opaque, clientID: clientID, instance: s.at, issued: now, expires: now.Add(s.ttl), second: second}
	s.live[opened.token] = opened
	s.logins++
	s.recent = append(s.recent, now)
	return opened, nil
}

// allows tells whether the hour before now has room for a login.
func (s *sessions) allows(now time.Time) bool {
	for len(s.recent) > 0 && now.Sub(s.recent[0]) >= time.Hour {
		s.recent = s.recent[1:]
	}
	return len(s.recent) < s.most
}

func (s *sessions) find(token string) (*session, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found, ok := s.live[token]
	if !ok || !s.clock.Now().Before(found.expires) {
		return nil, false
	}
	return found, true
}

func (s *sessions) revoke(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.live[token]
	delete(s.live, token)
	return ok
}

// alter changes the account. Where it may not log in any more, its sessions end.
func (s *sessions) alter(change func(*account)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.account)
	if s.account.refusal(s.clock.Now()) != nil {
		clear(s.live)
	}
}

// moveTo ends all sessions; new ones are good at another instance.
func (s *sessions) moveTo(instance int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = max(s.at, instance)
	clear(s.live)
}

func (s *sessions) state() account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.account
}

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}
