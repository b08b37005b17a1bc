package warning

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/humanize"
	"longhaul/internal/salesforce/permission"
)

// row is how a code is put into a sentence. A hole {name} is filled with a parameter, {name|form} with a form of it, {about}
// with the sentences that the warning is about, and {about|after} with a colon before them, if there are any.
type row struct {
	text string
	one  string // for the count 1
	none string // where nothing is there now
	join string // between the sentences of about; "; " where empty
}

// fill fills the holes; whole is false where a parameter is missing or has no form.
func (r row) fill(w Warning) (text string, whole bool) {
	var b strings.Builder
	rest := r.text
	if r.one != "" && w.Params["count"] == "1" {
		rest = r.one
	}
	if r.none != "" && w.Params["now"] == "0" {
		rest = r.none
	}
	for {
		before, behind, more := strings.Cut(rest, "{")
		b.WriteString(before)
		if !more {
			return b.String(), true
		}
		var hole string
		hole, rest, _ = strings.Cut(behind, "}")
		words, known := r.words(w, hole)
		if !known {
			return "", false
		}
		b.WriteString(words)
	}
}

// words are what a hole is filled with.
func (r row) words(w Warning, hole string) (words string, known bool) {
	name, form, formed := strings.Cut(hole, "|")
	value, given := w.Params[name]
	switch {
	case name == "about":
		if words, known = r.about(w); formed {
			return around(": ", words, "", known), true
		}
		return words, known
	case formed:
		return forms[form](value, given)
	}
	return value, given
}

func (r row) about(w Warning) (words string, known bool) {
	join := r.join
	if join == "" {
		join = "; "
	}
	var all []string
	for _, one := range w.About {
		all = append(all, one.Sentence())
	}
	return strings.Join(all, join), len(all) > 0
}

// forms are how values are written where not as they are stored.
var forms = map[string]func(value string, given bool) (words string, known bool){
	"because": func(value string, given bool) (string, bool) { return around(" (", value, ")", given), true },
	"called": func(value string, given bool) (string, bool) {
		return around(" called ", strconv.Quote(value), "", given), true
	},
	"number": number,
	"report": noun("report"), "dashboard": noun("dashboard"), "folder": noun("folder"), "component": noun("component"), "user": noun("user"),
	"have":    counted(func(n int64) string { return humanize.Have(n, "report") }),
	"time":    instant,
	"cost":    func(name string, _ bool) (string, bool) { return rights(name, cost) },
	"label":   func(name string, _ bool) (string, bool) { return rights(name, label) },
	"labels":  func(names string, _ bool) (string, bool) { return rights(names, label) },
	"lacking": lacking,
	"identity": func(field string, _ bool) (string, bool) {
		words, known := identity[field]
		return words, known
	},
}

// around puts words around a value that is given.
func around(before, value, after string, given bool) string {
	if !given {
		return ""
	}
	return before + value + after
}

// noun is a count with that noun.
func noun(one string) func(value string, given bool) (string, bool) {
	return counted(func(n int64) string { return humanize.Count(n, one) })
}

// counted is a count in words.
func counted(words func(n int64) string) func(value string, given bool) (string, bool) {
	return func(value string, given bool) (string, bool) {
		count, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			return value, given
		}
		return words(count), given
	}
}

// number is a count with its thousands apart.
func number(value string, given bool) (words string, known bool) {
	count, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return value, given
	}
	return humanize.Number(count), given
}

// instant is a time in seconds since 1970.
func instant(value string, _ bool) (words string, known bool) {
	seconds, err := strconv.ParseInt(value, 10, 64)
	return humanize.Date(time.Unix(seconds, 0)), err == nil
}

func label(right permission.Permission) string { return strconv.Quote(right.Label) }

func cost(right permission.Permission) string { return right.Cost }

// identity are the words for the fields of an identity.
var identity = map[string]string{
	"org_id": "the org", "api_version": "the API version", "user_id": "the run-as user", "locale": "the run-as user's language",
	"format": "the format of Longhaul's records",
}

// comma separates the names of a list.
const comma = ", "

// List makes a parameter of several names.
func List(names []string) string { return strings.Join(names, comma) }

// rights gives the words for permissions by their short names.
func rights(names string, words func(permission.Permission) string) (all string, known bool) {
	found, known := find(names)
	var each []string
	for _, right := range found {
		each = append(each, words(right))
	}
	return strings.Join(each, comma), known
}

// lacking names permissions and what their absence costs.
func lacking(names string, _ bool) (words string, known bool) {
	found, known := find(names)
	var each []string
	for _, right := range found {
		each = append(each, fmt.Sprintf("%q, without which %s", right.Label, right.Cost))
	}
	noun := "the permission "
	if len(found) > 1 {
		noun = "the permissions "
	}
	return noun + strings.Join(each, ", and "), known
}

// find finds permissions by their short names; known is false where this version does not know one.
func find(names string) (found []permission.Permission, known bool) {
	for _, name := range strings.Split(names, comma) {
		before := len(found)
		for _, right := range permission.All {
			if right.Name == name {
				found = append(found, right)
			}
		}
		if len(found) == before {
			return nil, false
		}
	}
	return found, true
}
