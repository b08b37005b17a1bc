package project

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestBadProjectsAreRefusedInWordsThatNameThePlace(t *testing.T) {
	t.Parallel()
	const good = "<Report><name>x</name></Report>"
	for name, test := range map[string]struct {
		files map[string]string
		want  []string
	}{
		"a folder without reports": {map[string]string{"README.md": "nothing"}, []string{"has no reports"}},
		"a report that is cut off": {
			map[string]string{"reports/F/Cut.report-meta.xml": "<Report>\n<name>x</name>\n<columns>"},
			[]string{"reports/F/Cut.report-meta.xml:3:", "well-formed"},
		},
		"crossed tags": {
			map[string]string{"reports/F/Crossed.report-meta.xml": "<Report>\n<name>\n</Report>"},
			[]string{"reports/F/Crossed.report-meta.xml:3:"},
		},
		"another document": {
			map[string]string{"reports/F/Other.report-meta.xml": "<?xml version='1.0'?>\n<Dashboard/>"},
			[]string{"Other.report-meta.xml:2: found <Dashboard> where one <Report> belongs"},
		},
		"two documents in a file": {
			map[string]string{"reports/F/Two.report-meta.xml": good + "\n" + good}, []string{"Two.report-meta.xml:2:"},
		},
		"an empty file": {
			map[string]string{"reports/F/Empty.report-meta.xml": ""}, []string{"Empty.report-meta.xml:1:", "holds no <Report>"},
		},
		"another encoding": {
			map[string]string{"reports/F/Old.report-meta.xml": `<?xml version="1.0" encoding="latin-1"?><Report/>`},
			[]string{"Old.report-meta.xml:1:", "save the file as UTF-8"},
		},
		"the same report in two packages": {
			map[string]string{
				"one/main/default/reports/F/R.report-meta.xml": good, "two/main/default/reports/F/R.report-meta.xml": good,
			},
			[]string{"two/main/default/reports/F/R.report-meta.xml defines the same report as one/"},
		},
		"mistakes in two files": {
			map[string]string{
				"reports/F/R.report-meta.xml": good, "dashboards/D/A.dashboard-meta.xml": "<Dashboard>",
				"objects/O__c/fields/A__c.field-meta.xml": "<CustomField>\n<",
			},
			[]string{"dashboards/D/A.dashboard-meta.xml:1:", "objects/O__c/fields/A__c.field-meta.xml:2:"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Load(write(t, test.files))
			if err == nil {
				t.Fatal("the project loads")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error is %q, want %q in it", err, want)
				}
			}
		})
	}
}

func TestAPathThatIsNoFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{file: "is a file", filepath.Join(dir, "none"): "cannot be read"} {
		if _, err := Load(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Load(%s) says %v, want %q", path, err, want)
		}
	}
}

func TestAByteOrderMarkAndHiddenFoldersAreTolerated(t *testing.T) {
	t.Parallel()
	p, err := Load(write(t, map[string]string{
		"reports/F/R.report-meta.xml":      "\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<Report/>",
		".git/reports/F/R.report-meta.xml": "no XML at all",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := p.Record("Report", 0).Fields; got["Name"] != "R" || got["FolderName"] != "F" {
		t.Errorf("the report is %v", got)
	}
}
