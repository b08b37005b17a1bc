package session

// App is what clients name themselves by: the consumer key and the consumer secret of an app.
type App struct{ ID, Secret string }

// App is the app that the org knows now.
func (s *Sessions) App() App {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.app
}

// SetApp makes an app the only one that the org knows: another one, or the same with a new secret. Sessions of the old one end.
func (s *Sessions) SetApp(app App) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.app != app {
		s.account.Blocked = s.account.Blocked && s.app.ID == app.ID
		s.app = app
		clear(s.live)
	}
}
