package connect

import (
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
	"longhaul/internal/plaintext"
	"longhaul/internal/source"
)

// loginFields are those of the guide's screen, and those of a login by a key.
var loginFields = []field{
	{name: "base_url", flag: "base-url", label: "Current My Domain URL", needed: true, check: source.Name.Check, normal: strings.TrimSpace},
	{name: "client_id", flag: "client-id", label: "Consumer Key", needed: true, check: source.Key.Check},
	{
		name: "client_secret", flag: "client-secret", label: "Consumer Secret", secret: true, needed: true, check: source.Key.Check,
		auth: source.ClientCredentials,
	},
	{name: "username", flag: "username", label: "Username", needed: true, check: source.Name.Check, auth: source.JWTBearer},
	{
		name: "private_key", flag: "private-key", label: "Private Key", secret: true, file: true, needed: true, check: source.PrivateKey.Check,
		auth: source.JWTBearer,
	},
	{name: "audience", flag: "audience", check: config.CheckAudience, auth: source.JWTBearer},
}

// loginFieldsOf are those of a way to log in.
func loginFieldsOf(auth source.Auth) []field {
	return slices.DeleteFunc(slices.Clone(loginFields), func(one field) bool { return one.auth != "" && one.auth != auth })
}

// way is the way to log in for which flags are given; empty where they are of none.
func (g *given) way() (auth source.Auth, err error) {
	first := ""
	for _, one := range loginFields {
		if _, has := g.login[one.name]; !has || one.auth == "" {
			continue
		}
		if auth != "" && auth != one.auth {
			return "", fault.Invalidf("--%s is given beside --%s: a source logs in by a client secret or by a private key; leave one of them out", one.flag, first)
		}
		auth, first = one.auth, one.flag
	}
	return auth, nil
}

// readLogin reads what flags say of the login.
func (g *given) readLogin(ctx context.Context, p Program, name string) (a answers, err error) {
	a = answers{login: map[string]string{}, sections: map[string]map[string]string{}}
	if g.credentials != "" {
		for _, one := range loginFields {
			if _, twice := g.login[one.name]; twice {
				return a, fault.Invalidf("--%s is given beside --credentials, which holds the login: leave one of them out", one.flag)
			}
		}
		d, err := g.document(ctx, p, name)
		if err != nil {
			return a, err
		}
		if d.ClientSecret != "" && d.PrivateKey != "" {
			return a, fault.Invalidf("--credentials: the document has clientSecret and privateKey: a source logs in by one of them; leave the other out")
		}
		a.auth, a.login = d.Auth(), valuesOf(d)
		return a, a.fits()
	}
	if a.auth, err = g.way(); err != nil {
		return a, err
	}
	return a, resolve(ctx, p, loginFields, g.login, a.login)
}

// fits refuses an audience that a document holds and no login can have.
func (a answers) fits() error {
	if a.login["audience"] == "" {
		return nil
	}
	if err := config.CheckAudience(a.login["audience"]); err != nil {
		return fault.Invalidf("--credentials: audience %s", fault.Sentence(err))
	}
	return nil
}

// valuesOf are the values of a document, by the names of the fields.
func valuesOf(d source.Document) map[string]string {
	return map[string]string{
		"base_url": d.BaseURL, "client_id": d.ClientID, "client_secret": d.ClientSecret, "username": d.Username, "private_key": d.PrivateKey,
		"audience": d.Audience,
	}
}

// document reads the guide's document, or one with a key.
func (g *given) document(ctx context.Context, p Program, name string) (source.Document, error) {
	from, err := p.contentOf(g.credentials)
	if err != nil {
		return source.Document{}, fault.Invalidf("--credentials: %s", fault.Sentence(err))
	}
	return source.ReadDocument(ctx, name, from)
}

// fromInput says whether a flag takes standard input, which asks nobody then.
func (g *given) fromInput() bool { return g.credentials == "-" || g.login["private_key"] == "-" }

// maxInput bounds what is read from standard input, in bytes.
const maxInput = 64 << 10

// contentOf is what a file holds, or standard input for -.
func (p Program) contentOf(file string) (source.Secret, error) {
	if file == "-" && p.Terminal.Attended() {
		return source.Secret{}, fault.Invalidf("- reads standard input, which is a terminal, and that would show what is typed: give a file, or < FILE")
	}
	if file == "-" {
		text, err := io.ReadAll(io.LimitReader(p.Stdin, maxInput))
		if err != nil {
			return source.Secret{}, fault.Invalidf("standard input cannot be read: %s", paths.Cause(err))
		}
		return source.Given("standard input", plaintext.Value(text)), nil
	}
	path, err := paths.Absolute(p.Dir, file)
	if err != nil {
		return source.Secret{}, err
	}
	return p.references().Parse("file:" + filepath.ToSlash(path))
}

func (p Program) references() source.References {
	return source.References{Dir: p.Dir, Lookup: config.Environment(p.Environ).Lookup}
}

// referred is the value that a flag, or an answer, refers to.
func (f field) referred(ctx context.Context, p Program, value string) (string, error) {
	if !f.secret {
		return value, nil
	}
	parse := p.references().Parse
	if f.file && !strings.HasPrefix(value, "env:") && !strings.HasPrefix(value, "file:") {
		if strings.Contains(value, "-----") || strings.ContainsAny(value, "\r\n") {
			return "", fault.Invalidf("holds the key itself, which anybody who lists the processes could read: give the file that has it, or - for standard input")
		}
		parse = p.contentOf
	}
	secret, err := parse(value)
	if err != nil {
		return "", err
	}
	return secret.Resolve(ctx)
}

// longestKey bounds the lines that are read of a key.
const longestKey = 200

// skipKey reads the rest of a key that somebody pastes in place of its path. What is left of it would be taken for further paths, which sentences
// repeat, and after the end of the program the shell would take it for commands, and keep them. Two empty lines end it too.
func skipKey(ctx context.Context, on Terminal, line string) (err error) {
	empty := 0
	for range longestKey {
		if empty++; line != "" {
			empty = 0
		}
		if empty > 1 || strings.Contains(line, "-----END") {
			break
		}
		if line, err = on.Ask(ctx, "", false); err != nil {
			return err
		}
	}
	return fault.Invalidf("is to be given by the path of a file that holds it: the key itself was typed, and is not used")
}
