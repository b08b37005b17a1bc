package bucket

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
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

// answer is how a store refused a request.
type answer struct {
	method  string // of the request, where it is known
	status  int    // of HTTP; 0 when there was none
	code    string // the store's own, such as AccessDenied; empty when it gave none
	message string // the store's own words, for engineers
	host    string // which answered; empty when the answer does not tell
	page    bool   // the body is a web page, so something else answered
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

// String names the answer as people find it in the store's documentation.
func (a answer) String() string {
	switch {
	case a.code == "":
		return fmt.Sprintf("status %d", a.status)
	case a.status == 0:
		return a.code
	}
	return fmt.Sprintf("%s (%d)", a.code, a.status)
}

func fromS3(err error, a *answer) bool {
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.Response != nil && response.Response.Response != nil {
		a.readResponse(response.Response.Response)
	}
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		a.code, a.message = refusal.ErrorCode(), refusal.ErrorMessage()
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
		a.readResponse(response.RawResponse)
		if body, err := runtime.Payload(response.RawResponse); err == nil {
			a.readXML(body)
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
		a.readXML([]byte(response.Body))
	}
	return true
}

// readJSON reads code and words of the JSON that Google's API answers with, for answers that its library does not parse.
func (a *answer) readJSON(body string) {
	var parsed struct {
		Error struct {
			Message string `json:"message"`
			Errors  []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal([]byte(body), &parsed) != nil {
		return
	}
	a.message = parsed.Error.Message
	if len(parsed.Error.Errors) > 0 {
		a.code = parsed.Error.Errors[0].Reason
	}
}

// readResponse reads what every answer has.
func (a *answer) readResponse(r *http.Response) {
	a.status = r.StatusCode
	a.page = isPage(r.Header.Get("Content-Type"), nil)
	if r.Request != nil && r.Request.URL != nil {
		a.method, a.host = r.Request.Method, r.Request.URL.Host
	}
}

// readXML reads code and words of the XML that S3, Azure and Google's older API answer with.
func (a *answer) readXML(body []byte) {
	if isPage("", body) && !strings.Contains(string(body[:min(len(body), 512)]), "<Error") {
		a.page = true
		return
	}
	var parsed struct {
		Code    string `xml:"Code"`
		Message string `xml:"Message"`
		Details string `xml:"Details"`
		Why     string `xml:"AuthenticationErrorDetail"`
	}
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(body), byteOrderMark)))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if d.Decode(&parsed) != nil {
		return
	}
	if a.code == "" {
		a.code = parsed.Code
	}
	words, _, _ := strings.Cut(parsed.Message, "RequestId:") // Azure's ids are of no use to people
	a.message = strings.Join([]string{words, parsed.Details, parsed.Why}, " ")
}

const byteOrderMark = "\ufeff"

// isPage reports whether a body is a web page, as a portal or a proxy sends in place of a store's answer. No object of
// Longhaul begins with "<".
func isPage(contentType string, body []byte) bool {
	if strings.HasPrefix(strings.ToLower(contentType), "text/html") {
		return true
	}
	text := strings.TrimLeft(strings.TrimPrefix(string(body[:min(len(body), 512)]), byteOrderMark), " \t\r\n")
	return strings.HasPrefix(text, "<")
}

// beginsAsPage reports whether the first bytes of an object are those of a web page, in whatever way the page begins. Objects
// of Longhaul are compressed or JSON, and names in them may well contain what looks like a page.
func beginsAsPage(head []byte) bool {
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
