package node

import (
	"os"

	"longhaul/internal/paths"
)

// PrivateDir makes a directory that only this user can look into, and checks that files can be written there.
func PrivateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return paths.Unusable("the directory", dir, err)
	}
	name, err := probe(dir)
	if err != nil {
		return paths.Unusable("the directory", dir, err)
	}
	if err := os.Remove(name); err != nil {
		return paths.Unusable("the directory", dir, err)
	}
	return nil
}

// OutputDir makes the directory that an extract goes into, and checks that files can be written there.
func OutputDir(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return paths.Unusable("the output", dir, err)
	}
	name, err := probe(dir)
	if err != nil {
		return paths.Unusable("the output", dir, err)
	}
	return os.Remove(name)
}

// probe writes a file into a directory and gives its name.
func probe(dir string) (name string, err error) {
	file, err := os.CreateTemp(dir, ".probe-*")
	if err != nil {
		return "", err
	}
	_ = file.Close()
	return file.Name(), nil
}
