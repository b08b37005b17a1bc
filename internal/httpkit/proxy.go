package httpkit

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// ErrProxyAddress is the error of a request whose proxy the environment does not name well.
var ErrProxyAddress = errors.New("the address of the proxy cannot be read")

// ProxyError is a proxy's refusal to connect to a host. Nothing of the request has reached the host.
type ProxyError struct {
	Proxy    string // host and port
	Status   int
	Words    string // of the proxy after the status, cleaned; may be empty
	LoggedIn bool   // the address of the proxy holds a login
}

// Error quotes the proxy's answer.
func (e *ProxyError) Error() string { return "CONNECT was answered with " + e.answer() }

func (e *ProxyError) answer() string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", e.Status, e.Words))
}

// passes reports whether a later try may succeed: the proxy is in trouble, or finds the host in trouble.
func (e *ProxyError) passes() bool {
	return e.Status >= http.StatusInternalServerError || e.Status == http.StatusTooManyRequests || e.Status == http.StatusRequestTimeout
}

// failure describes the refusal of a connection to a host.
func (e *ProxyError) failure(to Host) Failure {
	f := Failure{Kind: ProxyRefuses}
	switch {
	case e.Status == http.StatusProxyAuthRequired && e.LoggedIn:
		f.Kind = ProxyLogin
		f.Message = fmt.Sprintf("the proxy %s refuses the login that HTTPS_PROXY has (%s): check user and password there, and write "+
			"characters such as @ and : in them as %%40 and %%3A", e.Proxy, e.answer())
	case e.Status == http.StatusProxyAuthRequired:
		f.Kind = ProxyLogin
		f.Message = fmt.Sprintf("the proxy %s requires a login (%s): put user and password into HTTPS_PROXY, as in "+
			"http://user:password@%s", e.Proxy, e.answer(), e.Proxy)
	case e.passes():
		f.Kind = ProxyFails
		f.Message = fmt.Sprintf("the proxy %s cannot connect to %s (%s): nothing to change if it passes; else ask whoever runs the proxy "+
			"whether it may and can reach that host, or name the host in NO_PROXY", e.Proxy, to.Name, e.answer())
	default:
		f.Message = fmt.Sprintf("the proxy %s refuses %s (%s): ask whoever runs the proxy to let this machine connect there, or name the "+
			"host in NO_PROXY", e.Proxy, to.Name, e.answer())
	}
	return f
}

// proxy reads the proxy from the environment. It never repeats an address that it cannot read, which may hold a password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, ErrProxyAddress
	}
	return u, nil
}

// longestWords bounds what is quoted of a proxy, in runes.
const longestWords = 80

// proxyAnswered turns a refusal of the proxy into an error of its own. Go's has the words alone, and looks like a broken connection.
func proxyAnswered(_ context.Context, at *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	_, words, _ := strings.Cut(answer.Status, " ")
	said := []rune(OneLine(words))
	if len(said) > longestWords {
		said = append(said[:longestWords-1], '…')
	}
	return &ProxyError{Proxy: at.Host, Status: answer.StatusCode, Words: string(said), LoggedIn: at.User != nil}
}
