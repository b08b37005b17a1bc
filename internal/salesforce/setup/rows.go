package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce/decode"
	"longhaul/internal/salesforce/soql"
)

// Login is a login of the run-as user, as Salesforce recorded it.
type Login struct {
	At          time.Time
	SourceIP    string // empty where it is no address
	Application string
	Status      string // Success, or why it was refused
}

// Succeeded reports whether the login opened a session.
func (l Login) Succeeded() bool { return strings.EqualFold(l.Status, "Success") }

// Logins reads the newest logins of a user, the newest first. A user needs no permission for its own.
func (r Reader) Logins(ctx context.Context, user string, most int) ([]Login, error) {
	var logins []Login
	err := r.rows(ctx, "LoginHistory", []string{"LoginTime", "SourceIp", "Application", "Status"},
		" WHERE UserId = "+soql.Quote(user)+" ORDER BY LoginTime DESC LIMIT "+strconv.Itoa(most),
		func(record json.RawMessage) error {
			var login Login
			err := decode.Object(record, func(d *jsontext.Decoder, name string) error {
				switch name {
				case "LoginTime":
					var written string
					err := decode.Text(d, &written)
					login.At, _ = time.Parse("2006-01-02T15:04:05.000-0700", written)
					return err
				case "SourceIp":
					return address(d, &login.SourceIP)
				case "Application":
					return text(d, &login.Application)
				case "Status":
					return text(d, &login.Status)
				default:
					return d.SkipValue()
				}
			})
			logins = append(logins, login)
			return err
		})
	return logins, err
}

// address reads an IP address, and nothing else.
func address(d *jsontext.Decoder, into *string) error {
	var written string
	err := decode.Text(d, &written)
	if ip, bad := netip.ParseAddr(written); bad == nil {
		*into = ip.String()
	}
	return err
}

// Report is a report by its Id and name.
type Report struct{ ID, Name string }

// RunReports reads the reports that were run last, the newest first; where too few were run, others follow.
func (r Reader) RunReports(ctx context.Context, most int) ([]Report, error) {
	var reports []Report
	err := r.rows(ctx, "Report", []string{"Id", "Name"}, " ORDER BY LastRunDate DESC NULLS LAST LIMIT "+strconv.Itoa(most),
		func(record json.RawMessage) error {
			var report Report
			err := decode.Object(record, func(d *jsontext.Decoder, name string) error {
				switch name {
				case "Id":
					return decode.Text(d, &report.ID)
				case "Name":
					return text(d, &report.Name)
				default:
					return d.SkipValue()
				}
			})
			reports = append(reports, report)
			return err
		})
	return reports, err
}

// rows hands over the records of a query of one page one by one.
func (r Reader) rows(ctx context.Context, object string, fields []string, rest string, take func(json.RawMessage) error) error {
	query := fmt.Sprintf("SELECT %s FROM %s%s", strings.Join(fields, ", "), object, rest)
	records, err := soql.Rows(ctx, r.Exchange, object, fields, query)
	for _, record := range records {
		if err == nil {
			err = take(record)
		}
	}
	return err
}
