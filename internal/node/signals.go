package node

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// UntilSignalled gives a context that ends with the first SIGINT, SIGTERM or SIGHUP; stop ends the listening. The second SIGINT
// or SIGTERM kills. A second SIGHUP does not: a terminal that closes sends two, and systemd sends one beside SIGTERM. A process
// that was started to ignore SIGHUP, as nohup does, goes on ignoring it.
func UntilSignalled(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM}
	listened := ends
	if !signal.Ignored(syscall.SIGHUP) {
		listened = append(listened[:2:2], syscall.SIGHUP)
	}
	heard := make(chan os.Signal, len(listened))
	signal.Notify(heard, listened...)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case got := <-heard:
				cancel()
				if got != syscall.SIGHUP {
					signal.Reset(ends...) // from then on they kill
				}
			case <-done:
				return
			}
		}
	}()
	return ctx, func() {
		signal.Stop(heard)
		close(done)
		cancel()
	}
}
