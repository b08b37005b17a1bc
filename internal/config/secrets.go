package config

import "longhaul/internal/seal"

// rawKeeper is a keeper as the settings hold it.
type rawKeeper struct {
	Keeper string `mapstructure:"keeper"`
	Key    string `mapstructure:"key"`
}

// secrets makes the configuration of the keeper.
func (in Input) secrets(r raw, v values, fileDir string) (seal.Config, error) {
	c := seal.Config{Keeper: r.Secrets.Keeper}
	keys := []secretOf{{"secrets.key", r.Secrets.Key, &c.Key}}
	if r.Secrets.Previous.Keeper != "" {
		c.Previous = &seal.Config{Keeper: r.Secrets.Previous.Keeper}
		keys = append(keys, secretOf{"secrets.previous.key", r.Secrets.Previous.Key, &c.Previous.Key})
	}
	return c, in.refer(v, "", fileDir, keys)
}
