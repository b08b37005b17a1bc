package activities

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// TestLogIn_namesAHostThatNeverAnswers logs in to a host that takes the connection and says nothing, until the time of the attempt is over.
func TestLogIn_namesAHostThatNeverAnswers(t *testing.T) {
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
	for range 2 { // the second joins the login of the first
		bounded, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		err = logIn(bounded, &Source{Name: "acme", Salesforce: client, MaxInFlight: 4}, new(AuthenticateResult))
		cancel()
		f := fault.From(err)
		if f == nil || f.Class != fault.Transient || f.System != fault.Salesforce ||
			!strings.HasPrefix(fault.Sentence(err), listener.Addr().String()+" did not answer in time: check") {
			t.Errorf("got %v", err)
		}
	}
}
