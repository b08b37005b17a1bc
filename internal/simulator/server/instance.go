package server

import (
	"errors"
	"fmt"
	"net"
)

// mostInstances bounds the hosts that one simulator opens.
const mostInstances = 16

// openInstance serves Salesforce on one more host. The first is the one where clients log in.
func (s *Server) openInstance(address string) (string, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	if len(s.instances) >= mostInstances {
		return "", fmt.Errorf("the instance has moved %d times, which is as often as it can", mostInstances-1)
	}
	listener, err := listen(address)
	if err != nil {
		return "", err
	}
	if s.stopping.Err() != nil {
		return "", errors.Join(errors.New("the simulator is closed"), listener.Close())
	}
	url := s.serve(listener, s.salesforce(len(s.instances)))
	s.instances = append(s.instances, url)
	return url, nil
}

// MoveInstance moves the org to another instance_url, which it gives: as when Salesforce moves an org, or its My Domain
// is renamed. All sessions end. From then on logins, which are served at both hosts, open sessions that are good at the
// new one only.
func (s *Server) MoveInstance() (string, error) {
	host, _, err := net.SplitHostPort(s.options.SalesforceAddr)
	if err != nil {
		return "", fmt.Errorf("the address %q is not of the form host:port: %w", s.options.SalesforceAddr, err)
	}
	url, err := s.openInstance(net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	s.opening.Lock()
	defer s.opening.Unlock()
	s.sessions.moveTo(len(s.instances) - 1)
	return url, nil
}

// instanceURL is the address of an instance.
func (s *Server) instanceURL(instance int) string {
	s.opening.Lock()
	defer s.opening.Unlock()
	return s.instances[instance]
}

func (s *Server) instanceState() (any, error) {
	s.opening.Lock()
	defer s.opening.Unlock()
	return map[string]string{"login": s.instances[0], "instance_url": s.instances[len(s.instances)-1]}, nil
}

func (s *Server) moveInstance([]byte) (any, error) {
	if _, err := s.MoveInstance(); err != nil {
		return nil, err
	}
	return s.instanceState()
}
