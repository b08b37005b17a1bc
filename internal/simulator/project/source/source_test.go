package source

import "testing"

func TestFullNamesComeFromThePlaceOfAFile(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"reports/F/R.report-meta.xml":                              "F/R",
		"force-app/main/default/reports/F/G/R.report-meta.xml":     "F/G/R",
		"force-app/main/default/sales/reports/F/R.report-meta.xml": "F/R",
		"reports/main/default/reports/F/R.report-meta.xml":         "F/R",
		"reports/reports/R.report-meta.xml":                        "reports/R",
		"reports/F/R%2Fs.report-meta.xml":                          "F/R/s",
		"reports/F/100%.report-meta.xml":                           "F/100%",
		"F/R.report-meta.xml":                                      "F/R",
		"reports/unfiled$public/R.report-meta.xml":                 "unfiled$public/R",
	} {
		if got := fullName(path, "reports", ReportSuffix); got != want {
			t.Errorf("fullName(%s) = %s, want %s", path, got, want)
		}
	}
}
