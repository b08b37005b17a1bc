package rest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

const (
	folderPage    = 10
	maxFolderPage = 200
)

// Folders lists the folders of reports or dashboards page by page.
func (a *API) Folders(c *call.Call) wire.Reply {
	kind := strings.ToLower(c.Query.Get("type"))
	if kind != "" && kind != "report" && kind != "dashboard" {
		return wire.Refusal(http.StatusBadRequest, "BAD_REQUEST", "The type of a folder is Report or Dashboard")
	}
	return listFolders(c, func(i int) bool {
		have := strings.ToLower(c.Tenant.Text("Folder", i, "Type"))
		return have == kind || kind == "" && (have == "report" || have == "dashboard")
	})
}

// FolderChildren lists the folders in one.
func (a *API) FolderChildren(c *call.Call) wire.Reply {
	parent, ok := c.Tenant.FindRow("Folder", c.Args[0])
	if !ok {
		return call.NotFound
	}
	id := c.Tenant.ID("Folder", parent)
	return listFolders(c, func(i int) bool { return c.Tenant.Text("Folder", i, "ParentId") == id })
}

func listFolders(c *call.Call, wanted func(i int) bool) wire.Reply {
	page, okPage := positive(c.Query, "page", 1)
	size, okSize := positive(c.Query, "pageSize", folderPage)
	if !okPage || !okSize || size > maxFolderPage {
		return wire.Refusal(http.StatusBadRequest, "BAD_REQUEST", "page and pageSize are whole numbers from 1, pageSize up to "+strconv.Itoa(maxFolderPage))
	}
	var rows []int
	ranking := c.Tenant.Ranking("Folder")
	for rank := range c.Tenant.Count("Folder") {
		if i := ranking.At(rank); c.Tenant.In("Folder", i, "everything", false) && wanted(i) {
			rows = append(rows, i)
		}
	}
	first := min((page-1)*size, len(rows))
	last := min(first+size, len(rows))
	list := []any{}
	for _, i := range rows[first:last] {
		list = append(list, folderEntry(c, i))
	}
	link := func(n int) string {
		query := url.Values{"page": {strconv.Itoa(n)}, "pageSize": {strconv.Itoa(size)}}
		if kind := c.Query.Get("type"); kind != "" {
			query.Set("type", kind)
		}
		return c.Base + strings.TrimPrefix(strings.TrimLeft(c.Request.URL.Path, "/"), strings.TrimLeft(c.Base, "/")) + "?" + query.Encode()
	}
	body := map[string]any{"folders": list, "totalSize": len(rows), "url": link(page), "nextPageUrl": nil, "previousPageUrl": nil}
	if last < len(rows) {
		body["nextPageUrl"] = link(page + 1)
	}
	if page > 1 {
		body["previousPageUrl"] = link(page - 1)
	}
	return wire.JSON(http.StatusOK, body)
}

// positive reads a number of the query; it is bounded so that pages cannot overflow.
func positive(query url.Values, name string, standard int) (int, bool) {
	if !query.Has(name) {
		return standard, true
	}
	n, err := strconv.Atoi(query.Get(name))
	return n, err == nil && n > 0 && n < 1<<30
}

// Folder answers one folder with those above it.
func (a *API) Folder(c *call.Call) wire.Reply {
	i, ok := c.Tenant.FindRow("Folder", c.Args[0])
	if !ok {
		return call.NotFound
	}
	entry := folderEntry(c, i)
	chain := []any{}
	for _, above := range ancestors(c.Tenant, i) {
		chain = append(chain, map[string]any{"id": c.Tenant.ID("Folder", above), "label": c.Tenant.Field("Folder", above, "Name")})
	}
	address := c.Base + "/folders/" + c.Tenant.ID("Folder", i)
	entry["ancestors"] = chain
	entry["sharesUrl"], entry["shareRecipientsUrl"] = address+"/shares", address+"/share-recipients"
	entry["supportedShareTypes"] = []string{"group", "role", "user", "organization"}
	return wire.JSON(http.StatusOK, entry)
}

func folderEntry(c *call.Call, i int) map[string]any {
	t := c.Tenant
	address := c.Base + "/folders/" + t.ID("Folder", i)
	return map[string]any{
		"id": t.ID("Folder", i), "label": t.Field("Folder", i, "Name"), "name": t.Field("Folder", i, "DeveloperName"),
		"namespace": t.Field("Folder", i, "NamespacePrefix"), "type": strings.ToLower(t.Text("Folder", i, "Type")),
		"parentId": t.Field("Folder", i, "ParentId"), "depth": len(ancestors(t, i)), "url": address, "childrenUrl": address + "/children",
	}
}

// ancestors are the folders above one, from the nearest. The depth is bounded, because an org may hold a circle.
func ancestors(t *tenant.Tenant, i int) (rows []int) {
	for len(rows) < 100 {
		full, ok := org.Normalize(t.Text("Folder", i, "ParentId"))
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
