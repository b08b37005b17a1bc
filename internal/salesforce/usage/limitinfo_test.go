package usage

import (
	"regexp"
	"strconv"
	"testing"
)

func TestParseLimitHeader(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, header string
		want         LimitInfo
		ok           bool
	}{
		{"the usual form", "api-usage=10018/100000", LimitInfo{10018, 100000}, true},
		{"an app's own quota after it", "api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", LimitInfo{25, 5000}, true},
		{"an app's own quota before it", "per-app-api-usage=17/250(appName=a),api-usage=25/5000", LimitInfo{25, 5000}, true},
		{"more used than allowed", "api-usage=5100/5000", LimitInfo{5100, 5000}, true},
		{"only an app's own quota", "per-app-api-usage=17/250(appName=a)", LimitInfo{}, false},
		{"nothing", "", LimitInfo{}, false},
		{"no maximum", "api-usage=25", LimitInfo{}, false},
		{"no number", "api-usage=x/5", LimitInfo{}, false},
		{"a number that is too large", "api-usage=99999999999999999999/5", LimitInfo{}, false},
	} {
		if got, ok := parseLimitInfo(row.header); got != row.want || ok != row.ok {
			t.Errorf("%s: parseLimitInfo(%q) = %v, %t; want %v, %t", row.name, row.header, got, ok, row.want, row.ok)
		}
	}
}

func FuzzParseLimitHeader(f *testing.F) {
	for _, seed := range []string{
		"api-usage=1/2", "per-app-api-usage=1/2", "x api-usage=3/4", "api-usage=api-usage=5/6", "api-usage=1/", ";api-usage=007/08", "éapi-usage=1/2",
		"api-usage=10018/100000", "api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)",
		"per-app-api-usage=17/250(appName=a),api-usage=25/5000", "api-usage=115001/115000", "api-usage=-1/5", "API-USAGE=1/2",
	} {
		f.Add(seed)
	}
	reference := regexp.MustCompile(`(?:^|[^-\w])api-usage=(\d+)/(\d+)`)
	f.Fuzz(func(t *testing.T, header string) {
		got, ok := parseLimitInfo(header)
		var want LimitInfo
		found := false
		for _, m := range reference.FindAllStringSubmatch(header, -1) {
			used, err := strconv.ParseInt(m[1], 10, 64)
			most, err2 := strconv.ParseInt(m[2], 10, 64)
			if found = err == nil && err2 == nil; found {
				want = LimitInfo{used, most}
				break
			}
		}
		if ok != found || got != want {
			t.Fatalf("parseLimitInfo(%q) = %v, %t; want %v, %t", header, got, ok, want, found)
		}
	})
}
