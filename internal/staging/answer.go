package staging

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"google.golang.org/api/googleapi"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// answer is what a store said when it refused a request.
type answer struct {
	method  string // of the request, where it is known
	status  int    // of HTTP; 0 when there was none
	code    string // the store's own, such as AccessDenied; empty when it gave none
	message string // its own words, for engineers
	host    string // that answered; empty when nothing tells
	page    bool   // the body is a page for people, so something else answered
}

// longestWords bounds what is shown of a store's own words.
const longestWords = 300

// answerOf finds a store's answer in the chain of an error; ok is false when no store answered.
func answerOf(err error) (a answer, ok bool) {
	switch {
	case fromS3(err, &a), fromAzure(err, &a), fromGoogle(err, &a):
		a.message = fault.Short(strings.Join(strings.Fields(a.message), " "), longestWords)
		return a, true
	}
	return answer{}, false
}

func fromS3(err error, a *answer) bool {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		a.of(response.Response.Response)
	}
	var said smithy.APIError
	if errors.As(err, &said) {
		a.code, a.message = said.ErrorCode(), said.ErrorMessage()
	}
	if a.code == "NotFound" && a.method != http.MethodHead { // the SDK's own, for an answer without a code; a HEAD has no other
		a.code, a.message = "", ""
	}
	return a.status >= http.StatusMultipleChoices || a.code != "" || a.page
}

func fromAzure(err error, a *answer) bool {
	var response *azcore.ResponseError
	if !errors.As(err, &response) {
		return false
	}
	if response.RawResponse != nil {
		a.of(response.RawResponse)
		if body, err := runtime.Payload(response.RawResponse); err == nil {
			a.read(body)
		}
	}
	a.status = response.StatusCode
	if response.ErrorCode != "" {
		a.code = response.ErrorCode
	}
	return true
}

func fromGoogle(err error, a *answer) bool {
	var response *googleapi.Error
	if !errors.As(err, &response) {
		return false
	}
	a.status, a.message = response.Code, response.Message
	a.page = isPage(response.Header.Get("Content-Type"), []byte(response.Body))
	if len(response.Errors) > 0 {
		a.code = response.Errors[0].Reason
	}
	if a.message == "" && a.code == "" {
		a.readJSON(response.Body)
		a.read([]byte(response.Body))
	}
	return true
}

// readJSON takes reason and words from what Google's API answers with, where its library did not.
func (a *answer) readJSON(body string) {
	var said struct {
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(body), &said) != nil {
		return
	}
	a.message = said.Error.Message
	if len(said.Error.Errors) > 0 {
		a.code = said.Error.Errors[0].Reason
	}
}

// of notes what every answer has.
func (a *answer) of(r *http.Response) {
	a.status = r.StatusCode
	a.page = isPage(r.Header.Get("Content-Type"), nil)
	if r.Request != nil && r.Request.URL != nil {
		a.method, a.host = r.Request.Method, r.Request.URL.Host
	}
}

// read takes code and words from the XML that S3, Azure and Google's older API answer with.
func (a *answer) read(body []byte) {
	if isPage("", body) && !strings.Contains(string(body[:min(len(body), 512)]), "<Error") {
		a.page = true
		return
	}
	var said struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		Details string `xml:"Details"`
		Why     string `xml:"AuthenticationErrorDetail"`
	}
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(body), byteOrderMark)))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if d.Decode(&said) != nil {
		return
	}
	if a.code == "" {
		a.code = said.Code
	}
	words, _, _ := strings.Cut(said.Message, "RequestId:") // Azure's ids say nothing to people
	a.message = strings.Join([]string{words, said.Details, said.Why}, " ")
}

const byteOrderMark = "\ufeff"

// isPage says whether a body is a page for people, as a portal or a proxy gives in place of a store's answer. No object of
// ours begins with "<".
func isPage(contentType string, body []byte) bool {
	if strings.HasPrefix(strings.ToLower(contentType), "text/html") {
		return true
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(body[:min(len(body), 512)]), byteOrderMark), " \t\r\n")
	return strings.HasPrefix(text, "<")
}

// inPlaceOfOurs says whether the beginning of an object is that of a page for people, however that begins. Objects of ours are
// compressed or JSON, and names in them may well hold what looks like a page.
func inPlaceOfOurs(head []byte) bool {
	const zstd = "\x28\xb5\x2f\xfd"
	text := bytes.TrimLeft(head, " \t\r\n")
	if len(text) == 0 || bytes.HasPrefix(head, []byte(zstd)) || strings.IndexByte(`{["`, text[0]) >= 0 {
		return false
	}
	if isPage("", head) {
		return true
	}
	_, is := httpkit.Page(head)
	return is
}
