package server

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"time"
)

type connKey struct{}

// withConn lets a handler reach the connection that its request came by, to reset it, and know by which egress it came.
func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(context.WithValue(ctx, connKey{}, conn), egressKey{}, new(egress))
}

// hangUp resets a request's connection: what is under way in either direction is lost.
func hangUp(r *http.Request) {
	conn, _ := r.Context().Value(connKey{}).(net.Conn)
	if secured, ok := conn.(*tls.Conn); ok {
		conn = secured.NetConn() // without the goodbye of TLS
	}
	if plain, ok := conn.(*net.TCPConn); ok {
		_ = plain.SetLinger(0) // so that Close sends a reset; a connection that is closed already needs none
		_ = plain.Close()
	}
}

// hold waits, or less when nobody waits for the answer any more.
func hold(ctx context.Context, d time.Duration) {
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

// firstHalf cuts what the parts hold down to its first half.
func firstHalf(parts [][]byte, size int) ([][]byte, int) {
	half := size / 2
	var kept [][]byte
	left := half
	for _, part := range parts {
		part = part[:min(len(part), left)]
		kept = append(kept, part)
		left -= len(part)
	}
	return kept, half
}
