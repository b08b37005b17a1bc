package server

import "net/http"

// pageFaults are pages of gateways and portals in the place of the catalog's answer, such as only their content shows.
// Nothing of the delivery is kept.
func pageFaults() []FaultKind {
	page := func(name string, status int, media string) FaultKind {
		return FaultKind{
			Name: name, Group: GroupUpload, Status: status, Body: BodyHTML, title: "Sign in to the network", Routes: []string{uploadRoute},
			place: atUpload, odd: true, media: media,
		}
	}
	redirect := FaultKind{
		Name: "upload_302", Group: GroupUpload, Status: http.StatusFound, Body: BodyEmpty, Routes: []string{uploadRoute}, place: atUpload,
	}
	return []FaultKind{
		page("upload_page_200", http.StatusOK, ""),
		page("upload_page_201_json", http.StatusCreated, jsonType),
		page("upload_page_409", http.StatusConflict, ""),
		page("upload_page_511", http.StatusNetworkAuthenticationRequired, ""),
		redirect,
	}
}

// portalAddress is where the redirect of a login portal leads.
const portalAddress = "https://portal.simulated-network.invalid/login?from=catalog"

// page is the page of a fault.
func (k *FaultKind) page() []byte {
	page := htmlPage(k.title, k.Status)
	if !k.odd {
		return page
	}
	const before = "\xef\xbb\xbf\r\n<!-- portal " // a byte order mark, a long comment and a script come first
	var filler [600]byte
	for n := range filler {
		filler[n] = '='
	}
	return append([]byte(before+string(filler[:])+" -->\n<script>top.location = top.location</script>\n"), page...)
}

// writePage answers with the page of a fault.
func (k *FaultKind) writePage(w http.ResponseWriter) {
	media := k.media
	fallback(&media, htmlType)
	w.Header().Set("Content-Type", media)
	w.WriteHeader(k.Status)
	_, _ = w.Write(k.page()) // a caller that has gone away is its own trouble
}
