package oauth

import (
	"io"
	"mime"
	"net/http"
	"net/url"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/wire"
)

const formType = "application/x-www-form-urlencoded"

// form reads the parameters of a call: those of the address, and of a body whose type is a form.
func form(c *call.Call) (url.Values, *wire.Reply) {
	form := url.Values{}
	for name, values := range c.Query {
		form[name] = values
	}
	body, err := io.ReadAll(io.LimitReader(c.Request.Body, wire.MaxBody))
	if err != nil {
		bad := refuse("invalid_request", "the body cannot be read")
		return nil, &bad
	}
	if kind, _, err := mime.ParseMediaType(c.Request.Header.Get("Content-Type")); err != nil || kind != formType {
		return form, nil
	}
	posted, err := url.ParseQuery(string(body))
	if err != nil {
		bad := refuse("invalid_request", "the body is no form")
		return nil, &bad
	}
	for name, values := range posted {
		form[name] = values
	}
	return form, nil
}

func refuse(code, description string) wire.Reply {
	return wire.JSON(http.StatusBadRequest, refused(code, description))
}
