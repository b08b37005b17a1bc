package control

import (
	"bytes"
	"errors"

	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/wire"
)

func (p *Panel) faults() (any, error) { return p.Faults.States(), nil }

// changeFaults replaces all faults by a list, or removes some.
func (p *Panel) changeFaults(body []byte) (any, error) {
	change := p.replaceFaults
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		change = p.removeFaults
	}
	if err := change(body); err != nil {
		return nil, err
	}
	return p.faults()
}

func (p *Panel) replaceFaults(body []byte) error {
	list, err := faults.Parse(body)
	if err != nil {
		return err
	}
	return p.Faults.Replace(list)
}

func (p *Panel) removeFaults(body []byte) error {
	var in struct{ Remove []string }
	if err := wire.DecodeStrict(body, &in); err != nil {
		return err
	}
	if len(in.Remove) == 0 {
		return errors.New("remove names no fault; [] clears all faults")
	}
	return p.Faults.Remove(in.Remove)
}
