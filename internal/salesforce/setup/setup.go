// Package setup reads what Setup shows of the run-as user and the org: profile, licences, permission sets, logins, record counts.
package setup

import (
	"context"
	"encoding/json"
	"io"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/redact"
	"longhaul/internal/salesforce/soql"
)

// Reader reads Setup. Names and texts that it returns are cleaned and bounded; a person is an Id and a masked username.
type Reader struct {
	Exchange *exchange.Exchange
	Log      *zap.Logger
}

// User is the run-as user.
type User struct {
	ID       string // 18 characters
	Username string // masked, as cat…@acme…
	IsActive bool
	Type     string // as Standard
	Profile  string // empty where the user may not see it
	License  string // of the profile; empty where the user may not see it
}

// longestName bounds a name that Salesforce wrote, in characters.
const longestName = 80

// User reads the user of an Id.
func (r Reader) User(ctx context.Context, id string) (User, error) {
	user := User{ID: id, IsActive: true} // it has logged in; the field may be hidden
	var found bool
	err := r.each(ctx, soql.Query{
		Object: "User", Where: "Id = " + soql.Quote(id), Only: []string{id},
		Optional: []string{"Username", "IsActive", "UserType", "Profile.Name", "Profile.UserLicense.Name"},
	}, func(record json.RawMessage) error {
		found = true
		return decode.Object(record, func(d *jsontext.Decoder, name string) error {
			switch name {
			case "Username":
				var username string
				err := decode.Text(d, &username)
				user.Username = redact.Username(username)
				return err
			case "IsActive":
				return decode.Flag(d, &user.IsActive)
			case "UserType":
				return text(d, &user.Type)
			case "Profile":
				return members(d, map[string]func() error{
					"Name": func() error { return text(d, &user.Profile) },
					"UserLicense": func() error {
						return members(d, map[string]func() error{"Name": func() error { return text(d, &user.License) }})
					},
				})
			default:
				return d.SkipValue()
			}
		})
	})
	if err == nil && !found {
		err = &apierror.Error{
			Class: fault.PermissionMissing, Op: apierror.OpQuery,
			Sentence: "the run-as user cannot see its own User record: give it read access to that object",
		}
	}
	return user, err
}

// PermissionSet is a permission set that the run-as user is assigned.
type PermissionSet struct {
	Label       string
	OfProfile   bool   // it holds what the profile gives
	License     string // its name; empty where the set is tied to none
	UserLicense bool   // License is one of users, and not of permission sets
}

// userLicense begins the Ids of user licences.
const userLicense = "100"

// PermissionSets reads the permission sets of a user. It needs View Setup and Configuration.
func (r Reader) PermissionSets(ctx context.Context, user string) ([]PermissionSet, error) {
	var sets []PermissionSet
	err := r.each(ctx, soql.Query{
		Object: "PermissionSetAssignment", Where: "AssigneeId = " + soql.Quote(user),
		Fields:   []string{"PermissionSet.Label", "PermissionSet.IsOwnedByProfile"},
		Optional: []string{"PermissionSet.LicenseId", "PermissionSet.License.Name"},
	}, func(record json.RawMessage) error {
		var set PermissionSet
		err := decode.Object(record, func(d *jsontext.Decoder, name string) error {
			if name != "PermissionSet" {
				return d.SkipValue()
			}
			return members(d, map[string]func() error{
				"Label":            func() error { return text(d, &set.Label) },
				"IsOwnedByProfile": func() error { return decode.Flag(d, &set.OfProfile) },
				"LicenseId": func() error {
					var id string
					err := decode.Text(d, &id)
					set.UserLicense = strings.HasPrefix(id, userLicense)
					return err
				},
				"License": func() error {
					return members(d, map[string]func() error{"Name": func() error { return text(d, &set.License) }})
				},
			})
		})
		sets = append(sets, set)
		return err
	})
	return sets, err
}

// RecordCounts asks how many records there are of objects, whoever may see them. Salesforce counts them now and then, leaves out what it
// does not list, and needs View Setup and Configuration.
func (r Reader) RecordCounts(ctx context.Context, objects ...string) (map[string]int64, error) {
	counts := make(map[string]int64)
	path := r.Exchange.Versioned("/limits/recordCount?sObjects=" + url.QueryEscape(strings.Join(objects, ",")))
	_, err := r.Exchange.Get(ctx, apierror.OpLimits, path, func(body io.Reader) error {
		return decode.Body(body, exchange.LongestBody, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
			return decode.Members(d, func(name string) error {
				if name != "sObjects" {
					return d.SkipValue()
				}
				return decode.Elements(d, func() error {
					object, count := "", int64(-1)
					err := members(d, map[string]func() error{
						"name":  func() error { return decode.Text(d, &object) },
						"count": func() error { return decode.Number(d, &count) },
					})
					if count >= 0 {
						counts[object] = count
					}
					return err
				})
			})
		})
	})
	return counts, err
}

// each hands over the records of a query one by one.
func (r Reader) each(ctx context.Context, q soql.Query, take func(json.RawMessage) error) error {
	for page, err := range soql.Pages(ctx, r.Exchange, r.Log, q) {
		if err != nil {
			return err
		}
		for _, record := range page.Records {
			if err := take(record); err != nil {
				return err
			}
		}
	}
	return nil
}

// members reads the wanted members of the next object; null is none.
func members(d *jsontext.Decoder, wanted map[string]func() error) error {
	if d.PeekKind() != '{' {
		return d.SkipValue()
	}
	return decode.Members(d, func(name string) error {
		if read, ok := wanted[name]; ok {
			return read()
		}
		return d.SkipValue()
	})
}

// text reads a string and cleans it.
func text(d *jsontext.Decoder, into *string) error {
	err := decode.Text(d, into)
	*into = redact.Clean(*into, longestName)
	return err
}
