package salesforce

import (
	"context"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/recordid"
)

// Organization describes the org.
type Organization struct {
	ID        string // 18 characters
	Name      string
	Type      string // its edition, as "Enterprise Edition"
	IsSandbox bool
	Locale    string // the org's default language
}

// Organization reads the one row that describes the org.
func (c *Client) Organization(ctx context.Context) (Organization, error) {
	var org Organization
	err := c.only(ctx, Query{
		Object: "Organization", Fields: []string{"Id"}, Only: c.owner.Orgs(),
		Optional: []string{"Name", "OrganizationType", "IsSandbox", "LanguageLocaleKey"},
	}, func(d *jsontext.Decoder, name string) error {
		switch name {
		case "Id":
			return decode.Text(d, &org.ID)
		case "Name":
			return decode.Text(d, &org.Name)
		case "OrganizationType":
			return decode.Text(d, &org.Type)
		case "IsSandbox":
			return decode.Flag(d, &org.IsSandbox)
		case "LanguageLocaleKey":
			return decode.Text(d, &org.Locale)
		default:
			return d.SkipValue()
		}
	})
	if err != nil {
		return Organization{}, err
	}
	org.ID, err = recordid.Long(org.ID)
	return org, err
}

// RunAs is the user that reads the org. Labels arrive in its language.
type RunAs struct {
	ID       string // 18 characters
	IsActive bool
	Locale   string // its language, as en_US
	Type     string // as Standard
}

// RunAs reads the user whose permissions decide what is visible.
func (c *Client) RunAs(ctx context.Context, userID string) (RunAs, error) {
	id, err := recordid.Long(userID)
	if err != nil {
		return RunAs{}, err
	}
	user := RunAs{ID: id}
	err = c.only(ctx, Query{
		Object: "User", Fields: []string{"Id"}, Where: "Id = " + Quote(id), Only: []string{id},
		Optional: []string{"IsActive", "LanguageLocaleKey", "UserType"},
	}, func(d *jsontext.Decoder, name string) error {
		switch name {
		case "IsActive":
			return decode.Flag(d, &user.IsActive)
		case "LanguageLocaleKey":
			return decode.Text(d, &user.Locale)
		case "UserType":
			return decode.Text(d, &user.Type)
		default:
			return d.SkipValue()
		}
	})
	if err != nil {
		return RunAs{}, err
	}
	return user, nil
}

// only reads the members of the first record of a query. No record means missing access.
func (c *Client) only(ctx context.Context, q Query, each func(d *jsontext.Decoder, name string) error) error {
	for page, err := range c.Pages(ctx, q) {
		if err != nil {
			return err
		}
		if len(page.Records) > 0 {
			return decode.Object(page.Records[0], each)
		}
	}
	return &apierror.Error{
		Class: fault.PermissionMissing, Op: apierror.OpQuery, Whole: true,
		Sentence: fmt.Sprintf("the run-as user cannot see its own %s record: give it read access to that object", q.Object),
	}
}
