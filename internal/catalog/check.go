package catalog

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/warning"
)

// askTimeout bounds each half of a Check: a slow catalog does not keep a sync from starting.
const askTimeout = 5 * time.Second

// longestCause bounds what is quoted of a failed connection, in bytes.
const longestCause = 200

// Check finds out, before a sync makes any call, whether the delivery at its end can succeed: it looks at the form of the token,
// connects to the catalog's host, and asks the zone's public API whether the token is known. It fails for what somebody has to
// change. Trouble that passes by itself, or that cannot be tried, is a warning: it shows at the first delivery.
func (c *Client) Check(ctx context.Context) (doubt warning.Warning, err error) {
	if _, err := c.readToken(ctx); err != nil {
		return doubt, err
	}
	var doubts []warning.Warning
	if away := c.connect(ctx); away != nil && away.Class != fault.Transient {
		return doubt, away
	} else if away != nil {
		cause := fault.Short(away.Err.Error(), longestCause)
		doubts = append(doubts, warning.New(warning.CatalogUnreachable, warning.Params{"host": c.to.base.Host, "cause": cause}))
	}
	if untried, err := c.TryToken(ctx); err != nil {
		return doubt, err
	} else if untried.Code != "" {
		doubts = append(doubts, warning.New(warning.TokenUntried, nil, untried))
	}
	if ctx.Err() != nil {
		return doubt, fmt.Errorf("looking for the catalog: %w", context.Cause(ctx))
	}
	if len(doubts) == 0 {
		return doubt, nil
	}
	return warning.New(warning.DeliveryUntried, nil, doubts...), nil
}

// Reach connects to the host that receives the files, without the token.
func (c *Client) Reach(ctx context.Context) error {
	if err := c.connect(ctx); err != nil {
		return err
	}
	return nil
}

// TryToken asks the zone's public API whether the token is known. untried says why it could not be tried; its code is empty where it
// was. An error is a refusal, or says what is wrong with the form of the token.
func (c *Client) TryToken(ctx context.Context) (untried warning.Warning, err error) {
	token, err := c.readToken(ctx)
	if err != nil {
		return untried, err
	}
	err = c.public.tryToken(ctx, token)
	if doubt, ok := errors.AsType[*untriedError](err); ok {
		return doubt.why, nil
	}
	return untried, err
}

// connect goes to the host that receives the files. Any answer will do: the root of that host says nothing about deliveries.
func (c *Client) connect(ctx context.Context) *Error {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodHead, c.to.base.Scheme+"://"+c.to.base.Host+"/", http.NoBody)
	if err != nil {
		return connectionFailure(c.to.base.Host, err)
	}
	r.Header.Set("User-Agent", c.userAgent)
	began := time.Now()
	answer, err := c.http.Do(r)
	c.observed(routeConnect, time.Since(began), err)
	if err == nil {
		_ = answer.Body.Close()
		return nil
	}
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	e := connectionFailure(c.to.base.Host, err)
	if lookup, ok := errors.AsType[*net.DNSError](err); ok && lookup.IsNotFound {
		e.Class, e.astray = fault.Invalid, true
		e.Message = fmt.Sprintf("there is no host %s for this machine: check the zone or the url of the catalog, and the name server", c.to.base.Hostname())
	}
	return e
}
