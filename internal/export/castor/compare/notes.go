package compare

import (
	"fmt"

	"longhaul/internal/export/castor"
)

// notes say which of the differences are to be expected, and why.
func (c *comparison) notes() (notes []string) {
	note := func(is bool, text string) {
		if is {
			notes = append(notes, text)
		}
	}
	for _, set := range []*Set{c.from, c.to} {
		note(!set.Whole, fmt.Sprintf("The set in %s has no summary, which is written last: its extract was interrupted, or still runs.", set.Folder))
		note(set.Others == 1, set.Folder+" holds another set; the newest whole one is compared.")
		note(set.Others > 1, fmt.Sprintf("%s holds %d other sets; the newest whole one is compared.", set.Folder, set.Others))
	}
	var time, api, repeated, link, more bool
	for _, f := range c.files {
		time, api, repeated = time || len(f.Time) > 0, api || f.API > 0, repeated || f.Repeated > 0
		link, more = link || f.Fields["Url"] > 0, more || f.OnlyFrom+f.OnlyTo > 0
	}
	note(time, "LastRunDate, LastViewedDate and LastReferencedDate change when people open a record, and the last two are those of the user who "+
		"reads them: they do not count as differences.")
	note(api, "Addresses name the version of the API that was asked: that does not count as a difference.")
	note(link, "Url begins with the address of the org: with the one that castor-extractor was given, which should be the My Domain, and with the one that "+
		"the login names in Longhaul's files.")
	note(more, "The two extracts read the org at different moments and perhaps as different users: each has what existed then and was shared with its user.")
	note(repeated, "A record that a file has twice counts once: castor-extractor lists one twice when others come or go between two pages.")
	if c.from.castor == c.to.castor {
		return notes
	}
	return append(notes, c.betweenPrograms()...)
}

// betweenPrograms says how castor-extractor and Longhaul differ where they ran on the same org at the same time.
func (c *comparison) betweenPrograms() (notes []string) {
	note := func(is bool, text string) {
		if is {
			notes = append(notes, text)
		}
	}
	only := func(f *File, castors bool) int64 { // records that only castor's file has, or only ours
		if c.from.castor == castors {
			return f.OnlyFrom
		}
		return f.OnlyTo
	}
	var cut bool
	for _, f := range c.files {
		cut = cut || f.Name != castor.ReportsMetadata && only(f, false) > 0
		switch f.Name {
		case castor.Reports:
			note(only(f, true) > 0, "Longhaul leaves out reports that answer 404: deleted while it ran, or listed and closed to its user; account.jsonl "+
				"has them as gone.")
			note(only(f, false) > 0, "Longhaul has the reports of others' private folders too where scope.private is true; castor-extractor never has them.")
		case castor.ReportsMetadata:
			note(only(f, false) > 0, "castor-extractor leaves out the columns of a report whose description fails once, whatever the reason; Longhaul "+
				"tries again.")
			note(only(f, true) > 0, "castor-extractor lists a report that Salesforce describes without columns, as a joined one may be; Longhaul leaves it out, "+
				"and account.jsonl says why.")
			note(f.Differ > 0, "castor-extractor describes reports by version 60.0 of the API, Longhaul by that of the source (59.0 unless it is set): "+
				"properties of columns may differ by it.")
		}
	}
	note(cut, "castor-extractor stops at the first page with fewer than 2,000 records, which need not be the last: it may lack records.")
	return notes
}
