package salesforce

import (
	"context"

	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

// prove makes sure, before the first login is sent to a host that is not known, that it is a way to Salesforce: it must give the
// list of API versions, which needs no login. A customer's own gateway does; a portal, a parked domain and a misspelt host do not.
func (c *Client) prove(ctx context.Context) error {
	host := c.base.Name()
	if origin.IsSalesforce(host) || origin.IsLoopback(host) || c.proved.Load() {
		return nil
	}
	err := c.retry.do(ctx, func(ctx context.Context) error {
		_, err := c.try(ctx, c.open, apierror.OpProve, c.base.String()+origin.DataPath, readVersions)
		return err
	})
	if err == nil {
		c.proved.Store(true)
		return nil
	}
	return apierror.NotSalesforce(c.base.Host, err)
}
