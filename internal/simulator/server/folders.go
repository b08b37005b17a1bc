package server

import (
	"net/url"
	"strconv"
	"strings"

	"longhaul/internal/simulator/org"
)

const (
	folderPage    = 10
	maxFolderPage = 200
)

// folders lists the folders of reports or dashboards page by page.
func (s *Server) folders(c *call) reply {
	kind := strings.ToLower(c.query.Get("type"))
	if kind != "" && kind != "report" && kind != "dashboard" {
		return refusal(400, "BAD_REQUEST", "The type of a folder is Report or Dashboard")
	}
	return s.listFolders(c, func(i int) bool {
		have := strings.ToLower(c.tenant.text("Folder", i, "Type"))
		return have == kind || kind == "" && (have == "report" || have == "dashboard")
	})
}

func (s *Server) folderChildren(c *call) reply {
	parent, ok := c.tenant.findRow("Folder", c.args[0])
	if !ok {
		return notFound
	}
	id := c.tenant.ID("Folder", parent)
	return s.listFolders(c, func(i int) bool { return c.tenant.text("Folder", i, "ParentId") == id })
}

func (s *Server) listFolders(c *call, wanted func(i int) bool) reply {
	page, okPage := positive(c.query, "page", 1)
	size, okSize := positive(c.query, "pageSize", folderPage)
	if !okPage || !okSize || size > maxFolderPage {
		return refusal(400, "BAD_REQUEST", "page and pageSize are whole numbers from 1, pageSize up to "+strconv.Itoa(maxFolderPage))
	}
	var rows []int
	ranking := c.tenant.Ranking("Folder")
	for rank := range c.tenant.Count("Folder") {
		if i := ranking.At(rank); c.tenant.In("Folder", i, "everything", false) && wanted(i) {
			rows = append(rows, i)
		}
	}
	first := min((page-1)*size, len(rows))
	last := min(first+size, len(rows))
	list := []any{}
	for _, i := range rows[first:last] {
		list = append(list, s.folderEntry(c, i))
	}
	link := func(n int) string {
		query := url.Values{"page": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}}
		if kind := c.query.Get("type"); kind != "" {
			query.Set("type", kind)
		}
		return c.base + strings.TrimPrefix(strings.TrimLeft(c.r.URL.Path, "/"), strings.TrimLeft(c.base, "/")) + "?" + query.Encode()
	}
	body := map[string]any{"folders": list, "totalSize": len(rows), "url": link(page), "nextPageUrl": nil, "previousPageUrl": nil}
	if last < len(rows) {
		body["nextPageUrl"] = link(page + 1)
	}
	if page > 1 {
		body["previousPageUrl"] = link(page - 1)
	}
	return jsonReply(200, body)
}

// positive reads a number of the query; it is bounded so that pages cannot overflow.
func positive(query url.Values, name string, standard int) (int, bool) {
	if !query.Has(name) {
		return standard, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n > 0 && n < 1<<30
}

func (s *Server) folder(c *call) reply {
	i, ok := c.tenant.findRow("Folder", c.args[0])
	if !ok {
		return notFound
	}
	entry := s.folderEntry(c, i)
	ancestors := []any{}
	for _, above := range c.tenant.ancestors(i) {
		ancestors = append(ancestors, map[string]any{"id": c.tenant.ID("Folder", above), "label": c.tenant.Field("Folder", above, "Name")})
	}
	address := c.base + "/folders/" + c.tenant.ID("Folder", i)
	entry["ancestors"] = ancestors
	entry["sharesUrl"], entry["shareRecipientsUrl"] = address+"/shares", address+"/share-recipients"
	entry["supportedShareTypes"] = []string{"group", "role", "user", "organization"}
	return jsonReply(200, entry)
}

func (s *Server) folderEntry(c *call, i int) map[string]any {
	t := c.tenant
	address := c.base + "/folders/" + t.ID("Folder", i)
	return map[string]any{
		"id": t.ID("Folder", i), "label": t.Field("Folder", i, "Name"), "name": t.Field("Folder", i, "DeveloperName"),
		"namespace": t.Field("Folder", i, "NamespacePrefix"), "type": strings.ToLower(t.text("Folder", i, "Type")),
		"parentId": t.Field("Folder", i, "ParentId"), "depth": len(t.ancestors(i)), "url": address, "childrenUrl": address + "/children",
	}
}

// ancestors are the folders above one, from the nearest; the depth is bounded, should an org hold a circle.
func (t *tenant) ancestors(i int) (rows []int) {
	for len(rows) < 100 {
		full, ok := org.Normalize(t.text("Folder", i, "ParentId"))
		if !ok {
			break
		}
		if i, ok = t.Find("Folder", full); !ok {
			break
		}
		rows = append(rows, i)
	}
	return rows
}
