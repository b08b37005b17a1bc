package apierror

import (
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce/decode"
)

// errorBody reads code and message of an error, from the array of the REST API or from the object of OAuth, and reports whether the
// body is JSON at all; an empty body and a web page are not.
func errorBody(body []byte) (code, message string, isJSON bool) {
	d := jsontext.NewDecoder(strings.NewReader(string(body)), decode.Tolerant)
	switch d.PeekKind() {
	case '[':
		if _, err := d.ReadToken(); err != nil {
			return "", "", false
		}
		if d.PeekKind() != '{' {
			return "", "", d.PeekKind() == ']'
		}
	case '{':
	default:
		return "", "", false
	}
	err := decode.Members(d, func(name string) error {
		switch name {
		case "errorCode", "error":
			return decode.Text(d, &code)
		case "message", "error_description":
			return decode.Text(d, &message)
		default:
			return d.SkipValue()
		}
	})
	return code, message, err == nil || code != ""
}

// Column is the field that an INVALID_FIELD answer names.
type Column struct {
	Name, Object string
	Relationship bool // Name is the first part of a path
}

// String is the field with its object, as Report.Name.
func (c Column) String() string {
	switch {
	case c.Name == "":
		return "a field"
	case c.Object == "":
		return c.Name
	default:
		return c.Object + "." + c.Name
	}
}

var (
	noSuchColumn       = regexp.MustCompile(`(?i)No such column '([\w.]{1,255})' on (?:entity|sobject of type) '?(\w{1,255})'?`)
	noSuchRelationship = regexp.MustCompile(`(?i)Didn't understand relationship '(\w{1,255})' in field path`)
)

func columnIn(message string) Column {
	if m := noSuchColumn.FindStringSubmatch(message); m != nil {
		return Column{Name: m[1], Object: m[2]}
	}
	if m := noSuchRelationship.FindStringSubmatch(message); m != nil {
		return Column{Name: m[1], Relationship: true}
	}
	return Column{}
}
