package salesforce

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/salesforce/soql"
)

// Permissions reads the permissions of the run-as user, and more by their short names. Salesforce has removed some of these fields
// before, and a query that names a removed one fails as a whole: then the client looks up which of them the org has, and reads those.
func (c *Client) Permissions(ctx context.Context, more ...string) (permission.Set, error) {
	names := slices.Concat(permission.Names(), more)
	slices.Sort(names)
	names = slices.Compact(names)
	permissions, err := granted(ctx, &c.exchange, names)
	if e := apierror.From(err); e == nil || e.Code != "INVALID_FIELD" && e.Status != http.StatusNotFound {
		return permissions, err
	}
	offered, err := c.offeredPermissions(ctx, names)
	if err != nil {
		return permission.Set{}, err
	}
	return granted(ctx, &c.exchange, offered)
}

// granted reads permissions by name.
func granted(ctx context.Context, x *exchange.Exchange, names []string) (permission.Set, error) {
	if len(names) == 0 {
		return permission.Set{}, nil
	}
	fields := make([]string, 0, len(names))
	for _, name := range names {
		fields = append(fields, permission.Prefix+name)
	}
	rows, err := soql.Rows(ctx, x, permission.Object, fields, "SELECT "+strings.Join(fields, ", ")+" FROM "+permission.Object)
	if err != nil || len(rows) == 0 {
		return permission.Set{}, err
	}
	granted := make(map[string]bool, len(names))
	err = decode.Object(rows[0], func(d *jsontext.Decoder, field string) error {
		name, ours := strings.CutPrefix(field, permission.Prefix)
		if kind := d.PeekKind(); !ours || kind != 't' && kind != 'f' {
			return d.SkipValue()
		}
		var has bool
		err := decode.Flag(d, &has)
		granted[name] = has
		return err
	})
	return permission.NewSet(granted), err
}

// offeredPermissions lists the permissions that the org has of some.
func (c *Client) offeredPermissions(ctx context.Context, of []string) ([]string, error) {
	var offered []string
	path := c.exchange.Versioned("/sobjects/" + url.PathEscape(permission.Object) + "/describe")
	_, err := c.exchange.Get(ctx, apierror.OpPermissions, path, func(body io.Reader) error {
		var err error
		offered, err = readFieldNames(body)
		return err
	})
	if e := apierror.From(err); e != nil && e.Status == http.StatusNotFound && e.Class == fault.Invalid {
		e.Class, e.Whole = fault.PermissionMissing, false
		e.Sentence = "the run-as user cannot read its own permissions (" + permission.Object + "): " +
			"nothing to change, unless reports turn out to be missing"
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(of, func(name string) bool {
		return !slices.Contains(offered, permission.Prefix+name)
	}), nil
}

// readFieldNames reads the names of the fields from the describe of an object. Every object has some.
func readFieldNames(body io.Reader) ([]string, error) {
	var names []string
	err := decode.Body(body, exchange.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
		return decode.Members(d, func(name string) error {
			if name != "fields" {
				return d.SkipValue()
			}
			return decode.Elements(d, func() error {
				var field string
				err := decode.Members(d, func(name string) error {
					if name != "name" {
						return d.SkipValue()
					}
					return decode.Text(d, &field)
				})
				names = append(names, field)
				return err
			})
		})
	})
	if err == nil && len(names) == 0 {
		err = decode.ErrUnreadable
	}
	return names, err
}
