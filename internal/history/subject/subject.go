// Package subject reads how people name a record: by its Id, by a link, or by its name.
package subject

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/history/item"
	"longhaul/internal/salesforce"
)

// How the Ids of some objects begin.
const (
	FolderPrefix    = "00l"
	UserPrefix      = "005"
	OrgPrefix       = "00D"
	ReportPrefix    = "00O"
	DashboardPrefix = "01Z"
)

var kinds = map[string]item.Kind{ReportPrefix: item.Report, DashboardPrefix: item.Dashboard, "01a": item.Component, FolderPrefix: item.Folder}

// Subject is a record as it was named: by its Id, with the host where that came with a link, or by its name.
type Subject struct {
	Kind item.Kind
	ID   string // 18 characters; empty: it is named by Name
	Name string
	Host string // of the link, in lower case

	// Unlike is the Id that the first 15 characters make, where the last three of the Id that was given say another one.
	Unlike string
}

// most bounds what is read of a text; a link is far shorter.
const most = 4000

// link matches what is a link though it does not say https.
var link = regexp.MustCompile(`(?i)^[a-z0-9][a-z0-9.-]*\.(salesforce|force|salesforce-setup|cloudforce|salesforce-sites)\.(com|mil)(:\d+)?([/?#]|$)`)

// Parse reads the name of a record. Ids are known by how they begin: a name of 15 letters is a name.
func Parse(text string) (Subject, error) {
	text = strings.Trim(strings.TrimSpace(text), "<>\"'`")
	switch {
	case text == "":
		return Subject{}, fault.Invalidf("name a report, dashboard, component or folder: by its Id, a link to it, or its name")
	case len(text) > most:
		return Subject{}, fault.Invalidf("a link or a name has at most %d characters", most)
	case strings.Contains(text, "://") || link.MatchString(text):
		return parseLink(text)
	}
	if kind, id, ok := known(text); ok {
		return Subject{Kind: kind, ID: id, Unlike: unlike(text)}, nil
	}
	return Subject{Name: text}, nil
}

// FolderID reads the Id of what holds reports or dashboards: a folder, a user for the private folder, or the org for the folder of those
// that are in none.
func FolderID(text string) (id string, ok bool) {
	text = strings.TrimSpace(text)
	if kind, id, ok := known(text); ok {
		return id, kind == item.Folder
	}
	if !strings.HasPrefix(text, UserPrefix) && !strings.HasPrefix(text, OrgPrefix) {
		return "", false
	}
	id, err := salesforce.ID18(text)
	return id, err == nil
}

// IsID says whether a text may be the Id of some object, such as 0015g00000AbCdE. Few names have that form.
func IsID(text string) bool {
	_, err := salesforce.ID18(text)
	return err == nil && '0' <= text[0] && text[0] <= '9'
}

// Kind is the kind of a record by its Id; empty for an object that no account has.
func Kind(id string) item.Kind {
	if len(id) < 3 {
		return ""
	}
	return kinds[id[:3]]
}

// known reads an Id of one of the kinds. The long form may have lost its case on the way: its last three characters restore it.
func known(text string) (kind item.Kind, id string, ok bool) {
	long, err := salesforce.ID18(text)
	if err != nil {
		return "", "", false
	}
	if upright := restored(long); upright != "" && kinds[upright[:3]] != "" {
		return kinds[upright[:3]], upright, true
	}
	kind, ok = kinds[long[:3]]
	return kind, long, ok
}

// unlike is the Id that the first 15 characters of a long Id make, where its last three do not fit them; empty where they fit, or where the
// Id may have lost its case on the way.
func unlike(text string) string {
	const short = 15
	if len(text) <= short {
		return ""
	}
	head := text[:short]
	id, err := salesforce.ID18(head)
	if err != nil || strings.EqualFold(id, text) || head == strings.ToLower(head) || head == strings.ToUpper(head) {
		return ""
	}
	return id
}

// restored gives a long Id the case that its last three characters say; empty where they cannot.
func restored(id string) string {
	const checksum = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
	plain, bits := []byte(strings.ToLower(id)), strings.ToUpper(id[15:])
	for i := range 15 {
		at := strings.IndexByte(checksum, bits[i/5])
		if at < 0 {
			return ""
		}
		if at>>(i%5)&1 == 1 {
			if plain[i] < 'a' || plain[i] > 'z' {
				return ""
			}
			plain[i] -= 'a' - 'A'
		}
	}
	return string(plain[:15]) + bits
}

// parseLink finds the record in a link: in its path, where that names one, else behind #, else in its query.
func parseLink(text string) (Subject, error) {
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return Subject{}, fault.Invalidf("%.200q is no link: copy it from the address bar while the record is shown", text)
	}
	for _, place := range slices.Concat([]string{u.Path}, fragments(u), queries(u.RawQuery)) {
		for word := range words(place) {
			if kind, id, ok := known(word); ok {
				return Subject{Kind: kind, ID: id, Host: strings.ToLower(u.Hostname()), Unlike: unlike(word)}, nil
			}
		}
	}
	return Subject{}, fault.Invalidf("the link names no report (00O...), dashboard (01Z...), dashboard component (01a...) or folder (00l...): " +
		"open the record itself, and copy the link from the address bar")
}

// words gives the words of a text that may be Ids.
func words(text string) func(func(string) bool) {
	return strings.FieldsFuncSeq(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// fragments are what stands behind #: as it is, and what Lightning's old links have there in base64.
func fragments(u *url.URL) (all []string) {
	if u.Fragment == "" {
		return nil
	}
	all = append(all, u.Fragment)
	if raw := strings.TrimRight(u.Fragment, "="); strings.HasPrefix(raw, "eyJ") {
		for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if plain, err := encoding.DecodeString(raw); err == nil {
				return append(all, string(plain))
			}
		}
	}
	return all
}

// queries are the parameters of a link, decoded twice: one may hold a link of its own.
func queries(raw string) (all []string) {
	for pair := range strings.SplitSeq(raw, "&") {
		if plain, err := url.QueryUnescape(pair); err == nil {
			pair = plain
		}
		if plain, err := url.QueryUnescape(pair); err == nil {
			pair = plain
		}
		all = append(all, pair)
	}
	return all
}
