package config

import (
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/spelling"
)

// items reads a list of texts. One text alone is a list too, its items between commas.
func items(s setting, n *yaml.Node) (any, error) {
	if n.Kind == yaml.ScalarNode {
		if isNull(n) {
			return s.parseList(nil)
		}
		return s.parseList(strings.Split(n.Value, ","))
	}
	if n.Kind != yaml.SequenceNode {
		return nil, errors.New("must be a list, such as [one, two]")
	}
	texts := make([]string, 0, len(n.Content))
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode || isNull(item) {
			return nil, errors.New("must be a list of single values, such as [one, two]")
		}
		texts = append(texts, item.Value)
	}
	return s.parseList(texts)
}

// parseList writes each item in its one way and leaves out what is empty or there already.
func (s setting) parseList(texts []string) ([]string, error) {
	var parsed []string
	for _, text := range texts {
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		item, err := s.normal(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(parsed, item) {
			parsed = append(parsed, item)
		}
	}
	return parsed, nil
}

// AcceptMissing reads the names of permissions that may be missing, as accept_missing takes them, beside scope.private.
func AcceptMissing(names []string, private bool) ([]string, error) {
	accepted, err := setting{kind: list, normal: acceptable}.parseList(names)
	if err != nil {
		return nil, err
	}
	return accepted, checkAccepted(accepted, private)
}

// acceptable finds the permission of that name, which a sync may do without.
func acceptable(name string) (string, error) {
	if right, known := permission.Find(name); known && right.Needed {
		return "", fault.Invalidf("%s cannot be done without: Salesforce describes no report to a user who lacks %q", right.Name, right.Label)
	} else if known {
		return right.Name, nil
	}
	var known, folded []string
	for _, right := range permission.All {
		if !right.Needed {
			known, folded = append(known, right.Name), append(folded, strings.ToLower(right.Name))
		}
	}
	advice := "known here: " + strings.Join(known, ", ")
	if right, found := permission.Find(spelling.Nearest(name, folded)); found {
		advice = "did you mean " + right.Name + "?"
	}
	return "", fault.Invalidf("%.60q is not the name of a permission that may be missing; %s", name, advice)
}

// checkAccepted refuses to accept what another setting asks for.
func checkAccepted(accepted []string, private bool) error {
	if private && slices.Contains(accepted, permission.ManageAllPrivate) {
		return fault.Invalidf("%s may not be missing where scope.private requires private reports: keep one of them", permission.ManageAllPrivate)
	}
	return nil
}
