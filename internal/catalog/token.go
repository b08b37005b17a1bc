package catalog

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"longhaul/internal/fault"
)

// ErrUnread says that the token could not be read from where the settings point to.
var ErrUnread = errors.New("reading the catalog's token")

// readToken reads the token and checks its form.
func (c *Client) readToken(ctx context.Context) (string, error) {
	token, err := c.token(ctx)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnread, err)
	}
	return token, CheckToken(token)
}

// CheckToken refuses a text that cannot be a token, before it gets into a header, and says why without showing it.
func CheckToken(token string) error {
	const advice = ": copy the token again, alone on one line"
	switch {
	case token == "":
		return fault.Invalidf("the catalog's token is empty: put the one that the Catalog team gave you where the settings point to")
	case strings.ContainsAny(token, "\r\n"):
		return fault.Invalidf("the catalog's token holds a line break" + advice)
	case quoted(token):
		return fault.Invalidf("the catalog's token begins or ends with a quote" + advice + ", without quotes")
	case strings.HasPrefix(strings.ToLower(token), "token "), strings.HasPrefix(strings.ToLower(token), "bearer "):
		return fault.Invalidf("the catalog's token begins with the word before it in a header: leave out Token or Bearer and the space")
	case strings.ContainsAny(token, " \t"):
		return fault.Invalidf("the catalog's token holds a space" + advice)
	case strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fault.Invalidf("the catalog's token holds a character outside ASCII, or one that cannot be seen" + advice)
	}
	return nil
}

// quoted reports whether text begins or ends with a quote, a typographic one included.
func quoted(text string) bool {
	const quotes = "\"'`“”‘’„«»"
	return strings.Trim(text, quotes) != text
}
