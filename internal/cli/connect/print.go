package connect

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// mountedAt is where a cluster mounts the secrets of sources.
const mountedAt = "/run/secrets/longhaul/"

// printed is what --json shows of settings.
type printed struct {
	Settings string   `json:"settings"` // the block of longhaul.yaml
	Secrets  []secret `json:"secrets"`
}

// secret is one secret to mount.
type secret struct {
	Setting string `json:"setting"`
	File    string `json:"file"`            // that the settings refer to
	Env     string `json:"env"`             // the name of a variable in its place
	Value   string `json:"value,omitempty"` // only where it was asked for

	key, label string
}

// runPrint shows the settings of a source. It contacts nobody, and asks for no secret.
func (v *connectVerb) runPrint(ctx context.Context, name string) error {
	found, err := v.given.read(ctx, v.Program, name)
	if err != nil {
		return err
	}
	found.auth = cmp.Or(found.auth, source.ClientCredentials)
	if v.attended() {
		if err := v.askAll(ctx, found, answersOf(nil)); err != nil {
			return err
		}
	} else {
		found.mention(v.given.without)
	}
	block, secrets, err := v.block(name, found)
	if err != nil {
		return err
	}
	if v.Console.JSON() {
		return v.Console.PrintJSON(printed{block, secrets})
	}
	_, err = fmt.Fprint(v.Console.Out(), v.page(name, block, secrets))
	return err
}

// mention gives a source the sections that nobody has said it shall not have, for the placeholders in them.
func (a answers) mention(without map[string]*bool) {
	for _, s := range declared() {
		if a.sections[s.name] == nil && !*without[s.name] {
			a.sections[s.name] = map[string]string{}
		}
	}
}

// block makes the block of longhaul.yaml, and lists the secrets that it refers to.
func (v *connectVerb) block(name string, found answers) (block string, secrets []secret, err error) {
	refer := func(setting string, one field, value string) string {
		key := strings.ReplaceAll(setting, ".", "_")
		s := secret{
			Setting: setting, File: mountedAt + name + "/" + key, Env: variableOf(name + "_" + key), key: key, label: one.label,
		}
		if v.showSecret {
			s.Value = value
		}
		secrets = append(secrets, s)
		return "file:" + s.File
	}
	shown := func(setting string, one field, value string) *yaml.Node {
		switch {
		case one.secret && (one.needed || value != ""):
			value = refer(setting, one, value)
		case value == "" && one.needed:
			value = "<" + one.label + ">"
		}
		if value == "" {
			return nil
		}
		return scalar(value)
	}
	org := &yaml.Node{Kind: yaml.MappingNode}
	for _, one := range loginFieldsOf(found.auth) {
		put(org, one.name, shown(one.name, one, found.login[one.name]))
		if one.name == "base_url" && found.auth != source.ClientCredentials {
			put(org, "auth", scalar(string(found.auth)))
		}
	}
	settings := &yaml.Node{Kind: yaml.MappingNode}
	put(settings, "salesforce", org)
	for _, s := range declared() {
		values, has := found.sections[s.name]
		if !has {
			continue
		}
		section := &yaml.Node{Kind: yaml.MappingNode}
		for _, one := range s.fields {
			put(section, one.name, shown(s.name+"."+one.name, one, values[one.name]))
		}
		put(settings, s.name, section)
	}
	named, all := &yaml.Node{Kind: yaml.MappingNode}, &yaml.Node{Kind: yaml.MappingNode}
	put(named, name, settings)
	put(all, "sources", named)
	var text strings.Builder
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(all); err != nil {
		return "", nil, fault.Invalidf("the settings cannot be written as YAML: %s", err)
	}
	return text.String(), secrets, nil
}

// variableOf is the name of a variable, which begins with no digit.
func variableOf(name string) string {
	if name[0] >= '0' && name[0] <= '9' {
		name = "source_" + name
	}
	return strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

// put puts a value into a map; nil is none.
func put(into *yaml.Node, name string, value *yaml.Node) {
	if value == nil {
		return
	}
	into.Content = append(into.Content, scalar(name), value)
}

func scalar(text string) *yaml.Node {
	var n yaml.Node
	n.SetString(text)
	return &n
}

// page is the block with what a cluster needs beside it.
func (v *connectVerb) page(name, block string, secrets []secret) string {
	var b strings.Builder
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(&b, format+"\n", args...) }
	line("# longhaul.yaml of every worker: merge this into its sources.")
	b.WriteString(block)
	line("---\n# The secrets, for Kubernetes. Outside of it, put each value alone into the file that longhaul.yaml names, or into a variable and")
	line("# write its name in place of the file:")
	for _, s := range secrets {
		line("#   %s: env:%s", s.Setting, s.Env)
	}
	line("apiVersion: v1\nkind: Secret\nmetadata:\n  name: longhaul-%s\nstringData:", name)
	for _, s := range secrets {
		value := s.Value
		if value == "" {
			value = "<" + s.label + ">"
		}
		line("  %s: %q", s.key, value)
	}
	line("---\n# The pods of the workers mount it. Workers read a secret again at each login; a new source in longhaul.yaml needs a restart.")
	line("spec:\n  containers:\n  - name: worker\n    volumeMounts:\n    - {name: longhaul-%s, mountPath: %s%s, readOnly: true}", name, mountedAt, name)
	line("  volumes:\n  - {name: longhaul-%s, secret: {secretName: longhaul-%s}}", name, name)
	line("# Then: %s check %s", v.Name, name)
	return b.String()
}
