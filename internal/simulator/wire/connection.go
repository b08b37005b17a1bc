package wire

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

type connKey struct{}

// WithConn lets a handler reach the connection of its request, so that it can reset it.
func WithConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// HangUp resets a request's connection: data under way in either direction is lost.
func HangUp(r *http.Request) {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn() // without TLS's close_notify
	}
	if plain, ok := conn.(*net.TCPConn); ok {
		_ = plain.SetLinger(0) // so that Close sends a reset; a connection that is closed already needs none
		_ = plain.Close()
	}
}

// Hold waits for d, or until the caller stops waiting for the answer.
func Hold(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
