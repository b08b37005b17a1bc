package subject

import (
	"encoding/base64"
	"strings"
	"testing"

	"longhaul/internal/history/item"
	"longhaul/internal/salesforce"
)

const (
	report15 = "00O5g00000AbCdE"
	folder15 = "00l5g00000FoLdR"
	dash15   = "01Z5g00000DaShB"

	at   = "acme.lightning.force.com"
	site = "https://" + at + "/"
)

func long(t testing.TB, id string) string {
	t.Helper()
	id, err := salesforce.ID18(id)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestParse_findsTheRecord(t *testing.T) {
	t.Parallel()
	report, folder, dashboard := long(t, report15), long(t, folder15), long(t, dash15)
	old := base64.StdEncoding.EncodeToString([]byte(`{"componentDef":"one:record","attributes":{"recordId":"` + report + `"}}`))
	in := func(kind item.Kind, id, host string) Subject { return Subject{Kind: kind, ID: id, Host: host} }
	for text, want := range map[string]Subject{
		report15:                        {Kind: item.Report, ID: report},
		report:                          {Kind: item.Report, ID: report},
		" <" + dashboard + "> ":         {Kind: item.Dashboard, ID: dashboard},
		strings.ToLower(report):         {Kind: item.Report, ID: report},
		strings.ToUpper(dashboard):      {Kind: item.Dashboard, ID: dashboard},
		long(t, "01a5g00000CoMpO"):      {Kind: item.Component, ID: long(t, "01a5g00000CoMpO")},
		"Pipeline by stage":             {Name: "Pipeline by stage"},
		"QuarterlySales1":               {Name: "QuarterlySales1"}, // 15 letters, as an Id has
		"QuarterlySales2024":            {Name: "QuarterlySales2024"},
		"00O":                           {Name: "00O"},
		"Umsatz: Q1/Q2 #3 (50%)":        {Name: "Umsatz: Q1/Q2 #3 (50%)"},
		"0015g00000AbCdE":               {Name: "0015g00000AbCdE"},
		"Sales.com figures":             {Name: "Sales.com figures"},
		`"Pipeline"`:                    {Name: "Pipeline"},
		"Bericht \u2013 \u00dcbersicht": {Name: "Bericht \u2013 \u00dcbersicht"},
		site + "lightning/r/Report/" + report + "/view":                                                                     in(item.Report, report, at),
		site + "lightning/r/Report/" + report15 + "/view?queryScope=userFolders#top":                                        in(item.Report, report, at),
		site + "lightning/r/Report/" + report + "/view?c__folder=" + folder + "&c__x=1":                                     in(item.Report, report, at),
		"https://ACME--uat.sandbox.lightning.force.com/lightning/r/Dashboard/" + dashboard + "/view?queryScope=userFolders": in(item.Dashboard, dashboard, "acme--uat.sandbox.lightning.force.com"),
		site + "lightning/r/Folder/" + folder + "/view?queryScope=userFolders":                                              in(item.Folder, folder, at),
		site + "lightning/o/Report/home?queryScope=userFoldersCreatedByMe&folderId=" + folder15:                             in(item.Folder, folder, at),
		site + "lightning/page/home?ws=%2Flightning%2Fr%2FReport%2F" + report + "%2Fview":                                   in(item.Report, report, at),
		"https://acme.lightning.force.com/one/one.app#/sObject/" + dashboard + "/view":                                      in(item.Dashboard, dashboard, at),
		"https://acme.lightning.force.com/one/one.app#" + old:                                                               in(item.Report, report, at),
		"https://acme.lightning.force.com/reportbuilder/reportType.app?reportId=" + report:                                  in(item.Report, report, at),
		"https://acme.my.salesforce.com/" + report15:                                                                        in(item.Report, report, "acme.my.salesforce.com"),
		"https://acme.my.salesforce.com/" + report15 + "?pv0=x&pv1=y":                                                       in(item.Report, report, "acme.my.salesforce.com"),
		"https://acme.my.salesforce.com:443/" + dashboard:                                                                   in(item.Dashboard, dashboard, "acme.my.salesforce.com"),
		"https://acme.my.salesforce.com/00O/o?fcf=" + folder15:                                                              in(item.Folder, folder, "acme.my.salesforce.com"),
		"acme.my.salesforce.com/" + dash15:                                                                                  in(item.Dashboard, dashboard, "acme.my.salesforce.com"),
		"acme.lightning.force.com/lightning/r/Report/" + report + "/edit":                                                   in(item.Report, report, at),
	} {
		if got, err := Parse(text); err != nil || got != want {
			t.Errorf("%s\n is %+v, %v\nwant %+v", text, got, err, want)
		}
	}
}

func TestParse_refusesWhatNamesNoRecord(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		"":     "by its Id, a link to it, or its name",
		"  \t": "by its Id",
		site + "lightning/r/Account/0015g00000AbCdEAAV/view": "names no report",
		site + "lightning/o/Report/home":                     "names no report",
		"https://acme.my.salesforce.com/":                    "names no report",
		"https://%zz/00O":                                    "is no link",
		"://x":                                               "is no link",
		strings.Repeat("x", most+1):                          "at most",
	} {
		if got, err := Parse(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.80s is %+v, %v", text, got, err)
		}
	}
}

func TestFolderID_takesWhatHoldsRecords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		folder15: long(t, folder15), " " + long(t, folder15): long(t, folder15), "0055g00000UsErX": long(t, "0055g00000UsErX"),
		"00D5g00000OrGxX": long(t, "00D5g00000OrGxX"), report15: "", "Sales": "", "005": "", "": "",
	} {
		if got, ok := FolderID(text); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v", text, got, ok)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		report15, long(f, report15), site + "lightning/r/Report/" + long(f, report15) + "/view?a=b#c", "a name",
		"https://x.my.salesforce.com/one/one.app#eyJhIjoiYiJ9", "acme.my.salesforce.com/?ws=%252F00O5g00000AbCdE", "\xff\x00", "//",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Parse(text)
		switch {
		case err != nil:
		case (got.ID == "") == (got.Name == ""):
			t.Errorf("%q is %+v", text, got)
		case got.ID != "":
			if again, err := Parse(got.ID); err != nil || again.ID != got.ID || Kind(got.ID) != got.Kind || len(got.ID) != 18 {
				t.Errorf("%q is %+v, and that %+v, %v", text, got, again, err)
			}
		}
		if id, ok := FolderID(text); ok && len(id) != 18 {
			t.Errorf("%q is the folder %q", text, id)
		}
	})
}
