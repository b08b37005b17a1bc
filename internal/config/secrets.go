package config

import (
	"longhaul/internal/seal"
)

// keyFileSuffix follows the path of data_dir in that of its key file. The file lies beside the folder, so that whoever copies the folder
// has not got the key too.
const keyFileSuffix = ".key"

// KeyFile is the key file of a machine that keeps everything in data_dir; empty where another bucket is set, which others may read too.
func (c Config) KeyFile() string {
	if c.DataDir == "" || c.Storage != "" {
		return ""
	}
	return c.DataDir + keyFileSuffix
}

// rawKeeper is a keeper as the settings hold it.
type rawKeeper struct {
	Keeper string `mapstructure:"keeper"`
	Key    string `mapstructure:"key"`
}

// keeperSettings are the settings of what seals the sources that were connected.
func keeperSettings() []setting {
	return []setting{{name: "keeper", check: seal.CheckURL}, {name: "key", kind: secret}}
}

// hasKeyFile says whether the settings give a KeyFile.
func (in Input) hasKeyFile(v values) bool {
	given := func(setting, flag string) bool { return v.has(setting) || in.changed(flag) != nil }
	return given("data_dir", "data-dir") && !given("storage", "storage")
}

// connects says whether sources can be connected, so that none need be in the settings.
func (in Input) connects(v values) bool { return v.has("secrets.keeper") || in.hasKeyFile(v) }

// checkSecrets finds what does not go together in the settings of keepers.
func (in Input) checkSecrets(v values, mistakes *Mistakes) {
	own := in.hasKeyFile(v)
	for _, at := range []string{"secrets.", "secrets.previous."} {
		keeper, key := at+"keeper", at+"key"
		if noted(*mistakes, keeper) || noted(*mistakes, key) {
			continue
		}
		switch {
		case v.has(key) && !v.has(keeper):
			mistakes.add(v.near(key), "%s is set and %s is not: set %s to %s, or remove the key", key, keeper, keeper, seal.Local)
		case v.has(key) && v.text(keeper) != seal.Local:
			mistakes.add(v.near(key), "%s is for %s only, and %s is another keeper: remove it", key, seal.Local, keeper)
		case v.text(keeper) == seal.Local && !v.has(key) && (!own || at != "secrets."):
			mistakes.add(v.near(keeper), "%s is %s and %s is missing: set it to file:PATH or env:NAME, where 32 random bytes in base64 are "+
				"(openssl rand -base64 32 makes them)", keeper, seal.Local, key)
		}
	}
}

// secrets makes the configuration of the keeper. A machine that keeps everything in data_dir has one without being asked.
func (in Input) secrets(r raw, v values, cfg Config, fileDir string) (seal.Config, error) {
	c := seal.Config{Keeper: r.Secrets.Keeper}
	if c.IsZero() && cfg.KeyFile() != "" {
		c.Keeper = seal.Local
	}
	if c.Keeper == seal.Local && r.Secrets.Key == "" {
		c.File = cfg.KeyFile()
	}
	keys := []secretOf{{"secrets.key", r.Secrets.Key, &c.Key}}
	if r.Secrets.Previous.Keeper != "" {
		c.Previous = &seal.Config{Keeper: r.Secrets.Previous.Keeper}
		keys = append(keys, secretOf{"secrets.previous.key", r.Secrets.Previous.Key, &c.Previous.Key})
	}
	return c, in.refer(v, "", fileDir, keys)
}
