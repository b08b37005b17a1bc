package salesforce

import (
	"context"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/soql"
)

// Subject is an object whose records are looked up one by one.
type Subject struct {
	Object string
	Name   string // the field that people call the record by
	Bin    bool   // what is deleted lies in the recycle bin first, and says so
}

// Seen is what the run-as user sees of one record.
type Seen struct {
	Found   bool
	Deleted bool // it lies in the recycle bin
	Name    string
}

// LookUp looks for one record by its Id of 18 characters, in the recycle bin too. It is one call.
func (c *Client) LookUp(ctx context.Context, of Subject, id string) (Seen, error) {
	read, fields := soql.Rows, []string{"Id", of.Name}
	query := "SELECT Id, " + of.Name
	if of.Bin {
		read, fields, query = soql.AllRows, append(fields, "IsDeleted"), query+", IsDeleted"
	}
	records, err := read(ctx, &c.exchange, of.Object, fields, query+" FROM "+of.Object+" WHERE Id = "+Quote(id))
	if err != nil || len(records) == 0 {
		return Seen{}, err
	}
	seen := Seen{Found: true}
	err = decode.Object(records[0], func(d *jsontext.Decoder, name string) error {
		switch name {
		case of.Name:
			return decode.Text(d, &seen.Name)
		case "IsDeleted":
			return decode.Flag(d, &seen.Deleted)
		default:
			return d.SkipValue()
		}
	})
	return seen, apierror.AskedFor(of.Object, err)
}
