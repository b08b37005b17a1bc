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
	issued   time.Time
	expires  time.Time
}

// sessions are the logins of the org's only user that may log in.
type sessions struct {
	clock Clock
	ttl   time.Duration
	orgID string // 15 characters, the beginning of every token

	mu     sync.Mutex
	live   map[string]*session
	logins int
}

func newSessions(o Options, clock Clock) *sessions {
	return &sessions{clock: clock, ttl: o.TokenTTL, orgID: o.Org.Info().OrgID[:15], live: map[string]*session{}}
}

func (s *sessions) open(clientID string) (*session, error) {
	secret := make([]byte, 72)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	opaque := strings.NewReplacer("-", ".").Replace(base64.RawURLEncoding.EncodeToString(secret))
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock.Now()
	for token, old := range s.live {
		if !now.Before(old.expires) {
			delete(s.live, token)
		}
	}
	opened := &session{token: s.orgID + "!" + opaque, clientID: clientID, issued: now, expires: now.Add(s.ttl)}
	s.live[opened.token] = opened
	s.logins++
	return opened, nil
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

func (s *sessions) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins
}
