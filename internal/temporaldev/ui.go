package temporaldev

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/temporalio/ui-server/v2/server"
	"github.com/temporalio/ui-server/v2/server/config"
	"github.com/temporalio/ui-server/v2/server/server_options"

	"longhaul/internal/fault"
)

type ui struct {
	url    string
	server *server.Server
	done   chan struct{}
}

// startUI serves Temporal's UI and returns once it answers.
func startUI(ctx context.Context, addr *held, frontend, namespace string) (*ui, error) {
	host := addr.Addr().String()
	if addr.Addr().Is6() {
		host = "[" + host + "]" // the UI joins host and port itself
	}
	u := &ui{
		url: "http://" + addr.String(),
		server: server.NewServer(server_options.WithConfigProvider(&config.Config{
			Host:                host,
			Port:                int(addr.Port()),
			TemporalGRPCAddress: frontend,
			DefaultNamespace:    namespace,
			EnableUI:            true,
			DisableNewsFetch:    true,                              // the UI works without the internet, and sends nothing there
			CORS:                config.CORS{CookieInsecure: true}, // plain http on loopback: not every browser keeps a secure cookie there
			HideLogs:            true,
		})),
		done: make(chan struct{}),
	}
	addr.release()
	go func() {
		defer close(u.done)
		_ = fault.Caught(u.server.Start) // ends the process when it cannot listen; otherwise returns nil when stopped
	}()
	if err := u.awaitAnswer(ctx); err != nil {
		u.stop()
		return nil, fmt.Errorf("start Temporal's UI: %w", err)
	}
	return u, nil
}

// awaitAnswer asks until the UI answers: the UI does not report when it listens.
func (u *ui) awaitAnswer(ctx context.Context) error {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // loopback: no proxy
	return retry(ctx, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/healthz", http.NoBody)
		if err != nil {
			return err
		}
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answers %s", u.url, resp.Status)
		}
		return nil
	})
}

func (u *ui) stop() {
	u.server.Stop()
	select {
	case <-u.done:
	case <-time.After(time.Second):
	}
}
