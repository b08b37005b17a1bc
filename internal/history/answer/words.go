package answer

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/chain"
	"longhaul/internal/history/item"
	"longhaul/internal/history/subject"
	"longhaul/internal/salesforce/permission"
)

// fixes say what to do about a report without columns.
var fixes = map[description.Reason]string{
	description.ReasonGone: "Nothing, if it was deleted on purpose. Else look for it in Salesforce's recycle bin, or share its folder with the run-as user again. " +
		"Later syncs try again by themselves{full}.",
	description.ReasonObsolete:          "Allow reports on the object or repair its relationships in Setup, then save the report; or delete the report.",
	description.ReasonUnsupported:       "Nothing: the report is in the catalog without columns. If its columns matter, rebuild it as a tabular, summary or matrix report.",
	description.ReasonTooManyColumns:    "Leave fewer than 100 columns in the report, then save it: the next sync describes it.",
	description.ReasonNoColumnsSelected: "Select columns in the report and save it, or delete it.",
	description.ReasonNoAccess: "Give the run-as user read access to the objects of the report's type by a permission set. Later syncs try again by " +
		"themselves{full}.",
	description.ReasonServerError: "Open the report in Salesforce: if it fails there too, repair or delete it. The next sync tries again.",
	description.ReasonUnreachable: "Nothing at first: the next sync tries again. If it stays, look for a proxy that cuts large answers.",
	description.ReasonTooLarge:    "Give the report fewer columns and filters, then save it.",
	description.ReasonNoColumns:   "Nothing at first: the next sync tries again. If it stays, save the report in Salesforce again.",
	description.ReasonThrottled:   "Nothing at first: the next sync tries again. If it stays, lower max_in_flight, or sync when the org is less busy.",
}

// Full is the command that describes every report of a source again, as people type it.
func Full(source string) string { return "longhaul sync " + source + " --full" }

// Fix says what to do about a record that a sync has; empty where nothing is wrong. full is the command that describes every report again;
// empty: there is none.
func Fix(state description.State, reason description.Reason, full string) string {
	if state == description.StateFiltered {
		return "Widen the scope of the source, if the report belongs into the catalog."
	}
	return withFull(fixes[reason], full)
}

// withFull puts the command into a sentence that has a place for it.
func withFull(words, full string) string {
	if full != "" {
		full = ", and `" + full + "` does at once"
	}
	return strings.ReplaceAll(words, "{full}", full)
}

// goneWords say of a record that the newest sync has not what became of it, as far as that is known, and what to do.
func goneWords(kind item.Kind, s sighting, full string) (reason, fix string) {
	if s.listed {
		return listedWords(kind, began(s.gone)) + ": it is deleted, or hidden from the run-as user.", withFull(fixes[description.ReasonGone], full)
	}
	reason = fmt.Sprintf("%s Since the sync of %s it is deleted, or hidden from the run-as user: Salesforce's listings do not tell these apart.",
		lastHad(kind, s.sync), day(began(s.gone)))
	if !inBin(kind) {
		return reason, "Ask the org (ask_org, or --ask) whether it is there again. Else " + howToFind(kind)
	}
	return reason, "Ask the org (ask_org, or --ask): deletion can be proved while the record lies in the recycle bin, about 15 days. Else " + howToFind(kind)
}

// listedWords are of a record that is listed, and answers that it is not there.
func listedWords(kind item.Kind, since time.Time) string {
	return fmt.Sprintf("Salesforce lists this %s, and has answered since the sync of %s that it is not there", kind, day(since))
}

// lastHad says which sync was the last one that had a record.
func lastHad(kind item.Kind, sync string) string {
	last := "an earlier sync"
	if at := began(sync); !at.IsZero() {
		last = "the sync of " + day(at)
	}
	return fmt.Sprintf("%s was the last one that had this %s.", capital(last), kind)
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// howToFind says who can find out about a record that the run-as user does not see.
func howToFind(kind item.Kind) string {
	what := "its link"
	if kind == item.Component {
		what = "its dashboard"
	}
	return "an administrator with \"Manage All Private Reports and Dashboards\" opens " + what + " in Salesforce: if it opens, the folder it lies in is private or not " +
		"shared with the run-as user; if not, it is deleted, or of another org."
}

// unknown says what can be known of what no kept sync has: who could hide it, and how to find out.
func (n *inquiry) unknown(ctx context.Context, of subject.Subject) string {
	newest, _ := n.record(ctx, first(n.recorded)) // without it, less is known
	kind := string(of.Kind)
	if kind == "" {
		kind = "record"
	}
	var text strings.Builder
	fmt.Fprintf(&text, "No sync that is kept has this %s", kind)
	if oldest := oldest(n.chain, n.known); !oldest.IsZero() {
		fmt.Fprintf(&text, " (changes are kept since %s)", day(oldest))
	}
	text.WriteString(". ")
	if other := otherOrg(of.Host, n.Host); other != "" {
		fmt.Fprintf(&text, "The link is of %s, and source %s reads %s: ask the source that reads that org. ", other, n.Source, n.Host)
		return strings.TrimSpace(text.String())
	}
	if subject.IsID(of.Name) {
		text.WriteString("As an Id it is none of a report (00O...), a dashboard (01Z...), a component (01a...) or a folder (00l...). ")
	}
	if of.ID == "" {
		text.WriteString("Names count as Salesforce shows them, in any case but whole: try its Id or its link. ")
	}
	text.WriteString("It may ")
	text.WriteString(strings.Join(hiders(of.Kind, newest), "; "))
	text.WriteString("; be newer than the last sync; be deleted before the first; or be of another org, which an Id does not tell. To find out, ")
	text.WriteString(howToFind(of.Kind))
	if of.ID != "" {
		if of.Unlike != "" {
			fmt.Fprintf(&text, " The last three characters of this Id do not fit the first 15: it is mistyped, or meant is %s.", of.Unlike)
		}
		text.WriteString(lookUpHint)
	}
	return text.String()
}

// lookUpHint stands at the end of what is said of an Id that no sync has, as long as the org was not asked.
const lookUpHint = " One look-up in the org (ask_org, or --ask) says whether it is there and visible now."

// hiders say what may hide a record from the run-as user, after "It may".
func hiders(kind item.Kind, newest *history.Record) (all []string) {
	private := newest != nil && newest.Private
	if kind != item.Folder {
		if private {
			all = append(all, "lie in a user's private folder that the run-as user cannot open (\"Manage All Private Reports and Dashboards\" opens all)")
		} else {
			all = append(all, "lie in another user's private folder, which this source leaves out (scope.private: false)")
		}
	}
	if newest != nil && permission.SeesAll(newest.Permissions) {
		return all
	}
	who := "the run-as user"
	if newest != nil && newest.Identity.UserID != "" {
		who += " (" + newest.Identity.UserID + ")"
	}
	what := "\"View Reports in Public Folders\" and \"View Dashboards in Public Folders\" open all public ones"
	switch kind {
	case item.Report:
		what = "\"View Reports in Public Folders\" opens all public ones"
	case item.Folder, item.User:
	case item.Dashboard, item.Component:
		what = "\"View Dashboards in Public Folders\" opens all public ones"
	}
	verb := "lie in a folder that is not shared with "
	if kind == item.Folder {
		verb = "not be shared with "
	}
	return append(all, verb+who+"; "+what)
}

// oldest is since when changes are kept without a break.
func oldest(c *chain.Chain, known []string) time.Time {
	if spans := c.Spans(); len(spans) > 0 {
		return began(spans[0].First)
	}
	return began(known[len(known)-1])
}

// otherOrg is the host of a link if it is of another My Domain than the source's; empty where that is not known.
func otherOrg(link, host string) string {
	theirs, ok := myDomain(link)
	ours, known := myDomain(host)
	if !ok || !known || theirs == ours {
		return ""
	}
	return link
}

// myDomain is the name of an org in its hosts, such as acme or acme--uat.
func myDomain(host string) (name string, ok bool) {
	host = strings.ToLower(strings.TrimPrefix(host, "https://"))
	name, rest, _ := strings.Cut(host, ".")
	for _, of := range []string{"my.", "lightning.force.com", "sandbox.", "develop.", "scratch.", "demo.", "trailblaze.", "patch.", "free."} {
		if strings.HasPrefix(rest, of) {
			return name, name != ""
		}
	}
	return "", false
}

// momentLayout is how the sentences of an answer carry a moment, in UTC.
const momentLayout = "2006-01-02 15:04:05 UTC"

var moments = regexp.MustCompile(`\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\b`)

// day is how a moment is shown in a sentence.
func day(at time.Time) string { return at.UTC().Format(momentLayout) }

// Moments puts the moments of a sentence into other words, such as those of a zone.
func Moments(sentence string, words func(time.Time) string) string {
	return moments.ReplaceAllStringFunc(sentence, func(text string) string {
		at, err := time.Parse(momentLayout, text)
		if err != nil {
			return text
		}
		return words(at)
	})
}
