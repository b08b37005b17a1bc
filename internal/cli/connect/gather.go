package connect

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/salesforce"
	"longhaul/internal/saved"
	"longhaul/internal/source"
)

// gather finds all that is needed of a source: from flags, then from a person, else from what is saved of it. before is that; nil: nothing.
func (v *connectVerb) gather(ctx context.Context, name string, before *saved.Document) (saved.Document, error) {
	found, err := v.given.read(ctx, v.Program, name)
	if err != nil {
		return saved.Document{}, err
	}
	former := answersOf(before)
	found.auth = cmp.Or(found.auth, former.auth, source.ClientCredentials)
	if v.attended() {
		err = v.askAll(ctx, found, former)
	} else {
		v.keep(found, former)
	}
	if err == nil {
		err = found.complete()
	}
	if err != nil {
		return saved.Document{}, err
	}
	return found.document(ctx, name)
}

// keep takes from what is saved what was not given.
func (v *connectVerb) keep(found, former answers) {
	for _, one := range loginFieldsOf(found.auth) {
		found.login[one.name] = cmp.Or(found.login[one.name], former.login[one.name])
	}
	for _, s := range declared() {
		if *v.given.without[s.name] || found.sections[s.name] == nil && former.sections[s.name] == nil {
			continue
		}
		found.sections[s.name] = merged(s, found.sections[s.name], former.sections[s.name])
	}
}

// merged lays new values over former ones. Of two settings that exclude each other the new one counts.
func merged(s section, values, former map[string]string) map[string]string {
	all := maps.Clone(former)
	if all == nil {
		all = map[string]string{}
	}
	for _, pair := range s.exclusive {
		if values[pair[0]] != "" || values[pair[1]] != "" {
			delete(all, pair[0])
			delete(all, pair[1])
		}
	}
	maps.Copy(all, values)
	return all
}

// attended says whether somebody can be asked.
func (v *connectVerb) attended() bool { return v.Terminal.Attended() && !v.given.fromInput() }

// askAll asks a person for what was not given. For settings that are printed it asks for no secret, and Enter leaves a placeholder.
func (v *connectVerb) askAll(ctx context.Context, found, former answers) error {
	none := ""
	if v.print {
		none = "a placeholder"
	}
	for _, one := range v.asked(loginFieldsOf(found.auth)) {
		if found.login[one.name] != "" {
			continue
		}
		value, err := v.askFor(ctx, one, former.login[one.name], none)
		if err != nil {
			return err
		}
		found.login[one.name] = value
	}
	for _, s := range declared() {
		if *v.given.without[s.name] {
			continue
		}
		s.fields = v.asked(s.fields)
		values, err := v.askSection(ctx, s, found.sections[s.name], former.sections[s.name])
		if err != nil {
			return err
		}
		if len(values) > 0 {
			found.sections[s.name] = values
		}
	}
	return nil
}

// asked are the fields that a person is asked for.
func (v *connectVerb) asked(fields []field) []field {
	return slices.DeleteFunc(slices.Clone(fields), func(one field) bool { return one.label == "" || v.print && one.secret })
}

// askSection asks for the settings of one format. Whoever gives nothing at the first question has no such section.
func (v *connectVerb) askSection(ctx context.Context, s section, values, former map[string]string) (map[string]string, error) {
	all := merged(s, values, former)
	wanted := len(values) > 0
	for _, one := range s.fields {
		if values[one.name] != "" || v.excluded(s, one, all) {
			continue
		}
		none := ""
		if !wanted && all[one.name] == "" {
			none = "nothing is delivered, the files stay in the bucket"
		}
		value, err := v.askFor(ctx, one, all[one.name], none)
		if err != nil {
			return nil, err
		}
		if value == "" && !wanted {
			return nil, nil
		}
		if value != "" {
			all[one.name] = value
		}
		wanted = true
	}
	return all, nil
}

// excluded says whether another setting stands for a field.
func (v *connectVerb) excluded(s section, one field, values map[string]string) bool {
	for _, pair := range s.exclusive {
		if pair[0] == one.name && values[pair[1]] != "" || pair[1] == one.name && values[pair[0]] != "" {
			return true
		}
	}
	return false
}

// mostTries bounds how often a person is asked for one value.
const mostTries = 5

// askFor asks for one value until it can be one. former is what Enter keeps; none says what Enter means without it, where it may be empty.
func (v *connectVerb) askFor(ctx context.Context, one field, former, none string) (string, error) {
	question, gap := one.label, " "
	if one.file {
		question, gap = "File of the "+one.label, ": "
	}
	switch {
	case former != "" && one.file:
		question += " (Enter keeps the saved one)"
	case one.file:
	case former != "" && one.secret:
		question += " (not shown; Enter keeps the saved one)"
	case one.secret:
		question += " (not shown)"
	case former != "":
		question += " [" + former + "]"
	case none != "":
		question += " (Enter: " + none + ")"
	case !one.needed:
		question += " (Enter: the default)"
	}
	for range mostTries {
		value, err := v.Terminal.Ask(ctx, question+": ", one.secret && !one.file)
		if err != nil {
			return "", err
		}
		if value == "" && (former != "" || none != "" || !one.needed) {
			return former, nil
		}
		clean, err := v.typed(ctx, one, value)
		if err == nil {
			return clean, nil
		}
		v.Console.Note(one.label + gap + fault.Sentence(err))
	}
	return "", fault.Invalidf("no usable %s was given: run the same command again", one.label)
}

// typed checks what a person typed. Of what a file holds that is the file.
func (v *connectVerb) typed(ctx context.Context, one field, value string) (string, error) {
	switch {
	case one.file && (value == "" || value == "-"):
		return "", fault.Invalidf("is not named: type its path")
	case one.file && strings.Contains(value, "-----"):
		return "", skipKey(ctx, v.Terminal, value)
	case one.file:
		text, err := one.referred(ctx, v.Program, value)
		if err != nil {
			return "", err
		}
		value = text
	}
	return one.clean(value)
}

// answersOf are the values of a document.
func answersOf(d *saved.Document) answers {
	all := answers{login: map[string]string{}, sections: map[string]map[string]string{}}
	if d == nil {
		return all
	}
	all.auth, all.login = source.Auth(d.Salesforce.Auth), valuesOf(d.Salesforce.Document())
	for _, e := range d.Exports {
		if e.Section == "" {
			continue
		}
		values := maps.Clone(e.Texts)
		if values == nil {
			values = map[string]string{}
		}
		maps.Copy(values, e.Secrets)
		all.sections[e.Section] = values
	}
	return all
}

// document makes what is sealed, and checks as a worker would that it can be used.
func (a answers) document(ctx context.Context, name string) (d saved.Document, err error) {
	org := a.org()
	text, err := org.Document().Text()
	if err != nil {
		return d, err
	}
	from := source.Source{Name: name, Salesforce: source.Salesforce{Auth: a.auth, Credentials: source.Given("what was given", text)}}.WithDefaults()
	if _, err := from.SalesforceCredentials(ctx); err != nil {
		return d, err
	}
	if _, err := salesforce.ParseHost(org.BaseURL); err != nil {
		return d, err
	}
	if err := host.Usable(from); err != nil {
		return d, err
	}
	d = saved.Document{Source: name, Salesforce: org}
	for _, s := range declared() {
		values, has := a.sections[s.name]
		if !has {
			continue
		}
		e := saved.Export{Name: s.format, Section: s.name, Texts: map[string]string{}, Secrets: map[string]string{}}
		for _, one := range s.fields {
			switch value := values[one.name]; {
			case value == "":
			case one.secret:
				e.Secrets[one.name] = value
			default:
				e.Texts[one.name] = value
			}
		}
		d.Exports = append(d.Exports, e)
	}
	return d, nil
}

// org is what is sealed of the login: nothing that another way to log in has.
func (a answers) org() saved.Salesforce {
	values := map[string]string{}
	for _, one := range loginFieldsOf(a.auth) {
		values[one.name] = a.login[one.name]
	}
	return saved.Salesforce{
		Auth: string(a.auth), BaseURL: values["base_url"], ClientID: values["client_id"], ClientSecret: values["client_secret"],
		Username: values["username"], PrivateKey: values["private_key"], Audience: values["audience"],
	}
}

// hostOf is the host of an org, for screens.
func hostOf(d saved.Document) string {
	at, err := salesforce.ParseHost(d.Salesforce.BaseURL)
	if err != nil {
		return ""
	}
	return at.Name
}
