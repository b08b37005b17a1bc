package salesforce

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
)

const (
	permissionObject = "UserPermissionAccess"
	permissionPrefix = "Permissions"
)

// wantedPermissions are the ones that decide what a sync can read, without the prefix of their fields.
var wantedPermissions = []string{
	"ApiEnabled", "ApiUserOnly", "CustomizeApplication", "ManagePvtRptsAndDashbds", "RunReports", "ViewAllUsers",
	"ViewPublicDashboards", "ViewPublicReports", "ViewRoles", "ViewSetup",
}

// Permissions tells what the run-as user may do.
type Permissions struct{ granted map[string]bool }

// NewPermissions makes Permissions of names, without the prefix Permissions, and whether each is granted.
func NewPermissions(granted map[string]bool) Permissions {
	return Permissions{granted: maps.Clone(granted)}
}

// Has says whether the user has a permission, as "RunReports". The org may not know it: then it is not known.
func (p Permissions) Has(name string) (has, known bool) {
	has, known = p.granted[strings.TrimPrefix(name, permissionPrefix)]
	return has, known
}

// Names lists the permissions that are known, sorted.
func (p Permissions) Names() []string { return slices.Sorted(maps.Keys(p.granted)) }

// Granted gives the permissions that are known and whether the user has each, by short names as RunReports.
func (p Permissions) Granted() map[string]bool {
	granted := make(map[string]bool, len(p.granted))
	maps.Copy(granted, p.granted)
	return granted
}

// Permissions reads what the run-as user may do. Salesforce has removed some of these fields before, and a query that
// names a removed one fails as a whole: then those that the org knows are looked up and asked for.
func (c *Client) Permissions(ctx context.Context) (Permissions, error) {
	permissions, err := c.granted(ctx, wantedPermissions)
	if e := apierror.From(err); e == nil || e.Code != "INVALID_FIELD" && e.Status != http.StatusNotFound {
		return permissions, err
	}
	offered, err := c.offeredPermissions(ctx)
	if err != nil {
		return Permissions{}, err
	}
	return c.granted(ctx, offered)
}

// granted asks for permissions by name.
func (c *Client) granted(ctx context.Context, names []string) (Permissions, error) {
	granted := make(map[string]bool, len(names))
	if len(names) == 0 {
		return Permissions{granted: granted}, nil
	}
	soql := "SELECT " + permissionPrefix + strings.Join(names, ", "+permissionPrefix) + " FROM " + permissionObject
	fields := make([]string, 0, len(names))
	for _, name := range names {
		fields = append(fields, permissionPrefix+name)
	}
	found, err := c.query(ctx, permissionObject, c.queryPath(soql), func(answer *records) error {
		return answer.wholeAs(shape{object: permissionObject, fields: fields})
	})
	if err != nil || len(found.records) == 0 {
		return Permissions{granted: granted}, err
	}
	err = decode.Object(found.records[0], func(d *jsontext.Decoder, field string) error {
		name, ours := strings.CutPrefix(field, permissionPrefix)
		if kind := d.PeekKind(); !ours || kind != 't' && kind != 'f' {
			return d.SkipValue()
		}
		var has bool
		err := decode.Flag(d, &has)
		granted[name] = has
		return err
	})
	return Permissions{granted: granted}, err
}

// offeredPermissions lists those of the wanted permissions that the org knows.
func (c *Client) offeredPermissions(ctx context.Context) ([]string, error) {
	var offered []string
	_, err := c.get(ctx, apierror.OpPermissions, c.versioned("/sobjects/"+url.PathEscape(permissionObject)+"/describe"), func(body io.Reader) error {
		var err error
		offered, err = readFieldNames(body)
		return err
	})
	if e := apierror.From(err); e != nil && e.Status == http.StatusNotFound && e.Class == fault.Invalid {
		e.Class, e.Whole = fault.PermissionMissing, false
		e.Sentence = "the run-as user cannot read its own permissions (" + permissionObject + "): " +
			"nothing to change, unless reports turn out to be missing"
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(wantedPermissions), func(name string) bool {
		return !slices.Contains(offered, permissionPrefix+name)
	}), nil
}

// readFieldNames reads the names of the fields of an object's describe. Every object has some.
func readFieldNames(body io.Reader) ([]string, error) {
	var names []string
	err := decode.Body(body, longestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
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
