package config

// SourcesNamed are the names of the sources that the settings file has which a command in dir would read; none where there is no such file, or
// it cannot be read. Nothing else of the file counts, mistakes in it neither.
func SourcesNamed(environ []string, dir string) []string {
	path, data, err := Input{Environment: environ, Dir: dir}.load()
	if err != nil || path == "" {
		return nil
	}
	v, _, _ := readDocument(path, data)
	return sourceNames(v)
}
