package report

import (
	"context"
	"errors"
	"net/url"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// openers are the programs that open an address in the browser, by system, in the order in which they are tried.
var openers = map[string][][]string{
	"darwin":  {{"open"}},
	"windows": {{"rundll32", "url.dll,FileProtocolHandler"}},
	"linux":   {{"xdg-open"}, {"wslview"}, {"gio", "open"}},
}

// openWithin bounds how long a program may take that hands an address on.
const openWithin = 10 * time.Second

// errNoBrowser says that this machine has none of the programs.
var errNoBrowser = errors.New("this machine has no program that opens a page")

// show opens the page. It lies in its file all the same where that fails.
func (v *verb) show(ctx context.Context, path string) {
	ctx, cancel := context.WithTimeout(ctx, openWithin)
	defer cancel()
	if err := openInBrowser(ctx, fileURL(path)); err != nil {
		v.Console.Note("The page could not be opened (" + err.Error() + "): open its file in a browser.")
	}
}

// fileURL is the address of a file.
func fileURL(path string) string {
	path = filepath.ToSlash(path)
	if path[0] != '/' { // of a drive
		path = "/" + path
	}
	return (&url.URL{Scheme: "file", Path: path}).String()
}

func openInBrowser(ctx context.Context, address string) error {
	for _, words := range openers[runtime.GOOS] {
		if _, err := exec.LookPath(words[0]); err == nil {
			return exec.CommandContext(ctx, words[0], append(words[1:], address)...).Run()
		}
	}
	return errNoBrowser
}
