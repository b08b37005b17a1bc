package question

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// TestAsk_namesAHostThatNeverAnswers plans of an org whose host takes the connection and says nothing.
func TestAsk_namesAHostThatNeverAnswers(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	client, err := salesforce.New(salesforce.Config{
		BaseURL: "http://" + listener.Addr().String(),
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: "id", ClientSecret: "secret"}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	s := &survey{source: &activities.Source{Name: "acme", Salesforce: client}, meter: new(salesforce.Meter), patience: 100 * time.Millisecond}
	_, err = s.ask(t.Context())
	f := fault.From(err)
	if f == nil || f.Class != fault.Transient || f.System != fault.Salesforce ||
		!strings.HasPrefix(fault.Sentence(err), listener.Addr().String()+" did not answer in time: check") {
		t.Errorf("got %v", err)
	}
	if loginPatience > 20*time.Second {
		t.Errorf("a plan waits %s for a login", loginPatience)
	}
}
