package soql

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

func TestQuery_soql(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		query Query
		want  string
	}{
		{"a bare object", Query{Object: "Report"}, "SELECT Id FROM Report ORDER BY Id LIMIT 2000"},
		{
			"fields, each once",
			Query{Object: "Report", Fields: []string{"Name", "id", "Name"}, Optional: []string{"NamespacePrefix", "name"}},
			"SELECT Id, Name, NamespacePrefix FROM Report ORDER BY Id LIMIT 2000",
		},
		{"a path", Query{Object: "Report", Fields: []string{"CreatedBy.Name"}}, "SELECT Id, CreatedBy.Name FROM Report ORDER BY Id LIMIT 2000"},
		{
			"a condition",
			Query{Object: "Folder", Where: "Type = 'Report' OR Type = 'Dashboard'"},
			"SELECT Id FROM Folder WHERE (Type = 'Report' OR Type = 'Dashboard') ORDER BY Id LIMIT 2000",
		},
		{"the next page", Query{Object: "Folder", After: "00lxx0000001xyzEAA"}, "SELECT Id FROM Folder WHERE Id > '00lxx0000001xyzEAA' ORDER BY Id LIMIT 2000"},
		{
			"everything",
			Query{Object: "Report", Scope: "allPrivate", Where: "IsDeleted = FALSE", After: "00Oxx0000004abcEAA"},
			"SELECT Id FROM Report USING SCOPE allPrivate WHERE (IsDeleted = FALSE) AND Id > '00Oxx0000004abcEAA' ORDER BY Id LIMIT 2000",
		},
	} {
		if got := row.query.soql(PageSize); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}

func TestQuote(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plain":          `'plain'`,
		"O'Hara":         `'O\'Hara'`,
		`back\slash`:     `'back\\slash'`,
		`\' OR Id != '`:  `'\\\' OR Id != \''`,
		"two\nlines\t\"": `'two\nlines\t\"'`,
	} {
		if got := Quote(text); got != want {
			t.Errorf("Quote(%q) = %s, want %s", text, got, want)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add(`a'b\c`)
	f.Fuzz(func(t *testing.T, text string) {
		quoted := Quote(text)
		for i := 1; i < len(quoted)-1; i++ {
			switch quoted[i] {
			case '\\':
				i++
			case '\'', '\n', '\r':
				t.Fatalf("Quote(%q) = %s ends or breaks inside", text, quoted)
			}
			if i == len(quoted)-1 {
				t.Fatalf("Quote(%q) = %s escapes its own end", text, quoted)
			}
		}
	})
}

func TestQuery_check(t *testing.T) {
	t.Parallel()
	for name, q := range map[string]Query{
		"no object":             {},
		"a condition as object": {Object: "Report WHERE Id != null"},
		"two fields in one":     {Object: "Report", Fields: []string{"Id, Name"}},
		"an empty field":        {Object: "Report", Optional: []string{""}},
		"an empty part":         {Object: "Report", Fields: []string{"Owner..Name"}},
		"a digit first":         {Object: "Report", Fields: []string{"1Name"}},
		"a scope of two words":  {Object: "Report", Scope: "all private"},
		"a place that is no id": {Object: "Report", After: "x' OR Id != '"},
	} {
		if err := q.check(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	good := Query{Object: "Plan__c", Fields: []string{"Id", "Owner.Name", "ns__Field__c"}, Scope: "everything", After: "00Oxx0000004abc"}
	if err := good.check(); err != nil {
		t.Errorf("a good query is refused: %v", err)
	}
}

func TestQuery_without(t *testing.T) {
	t.Parallel()
	q := Query{
		Object: "Report", Fields: []string{"Name", "OwnerId"},
		Optional: []string{"NamespacePrefix", "CreatedBy.Name", "CreatedBy.Alias", "Owner.Type"},
	}
	for _, row := range []struct {
		name    string
		refused apierror.Column
		want    []string
	}{
		{"an optional field", apierror.Column{Name: "NamespacePrefix", Object: "Report"}, []string{"NamespacePrefix"}},
		{"in another case", apierror.Column{Name: "namespaceprefix"}, []string{"NamespacePrefix"}},
		{"a needed field", apierror.Column{Name: "OwnerId"}, nil},
		{"a needed field that ends a path too", apierror.Column{Name: "Name", Object: "Report"}, nil},
		{"the last part of a path", apierror.Column{Name: "Alias", Object: "User"}, []string{"CreatedBy.Alias"}},
		{"a relationship", apierror.Column{Name: "CreatedBy", Relationship: true}, []string{"CreatedBy.Name", "CreatedBy.Alias"}},
		{"a field of nobody", apierror.Column{Name: "Other"}, nil},
		{"nothing", apierror.Column{}, nil},
	} {
		left, dropped := q.without(row.refused)
		if diff := cmp.Diff(row.want, dropped); diff != "" {
			t.Errorf("%s: dropped (-want +got):\n%s", row.name, diff)
		}
		if len(left.Optional) != len(q.Optional)-len(dropped) || len(q.Optional) != 4 {
			t.Errorf("%s: left are %v", row.name, left.Optional)
		}
	}
}
