package churn

import (
	"fmt"
	"strconv"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
)

// maxComponents bounds the components of a new dashboard.
const maxComponents = 3

// create copies existing rows, under new names and with ids that lie anywhere among the others.
func (c *change) create() ([]string, error) {
	ids := []string{}
	made := map[string]bool{}
	for range c.Create {
		c.number++
		number := strconv.Itoa(c.number)
		like, ok := c.model(uint64(c.number) * 7919)
		if !ok {
			return nil, fmt.Errorf("there is no %s to make a copy of", c.Object)
		}
		id := c.fresh(c.Object, made)
		fields := map[string]any{"CreatedDate": c.stamp, "LastModifiedDate": c.stamp, "SystemModstamp": c.stamp, c.title(): "Created " + number}
		switch c.Object {
		case "User":
			fields["Username"], fields["LastLoginDate"] = "created."+number+"@example.com", nil
		case "Folder":
			fields["DeveloperName"] = "Created_" + number
		default:
			fields["DeveloperName"] = "Created_" + number
			fields["LastRunDate"], fields["LastViewedDate"], fields["LastReferencedDate"] = nil, nil, nil
		}
		c.edits = append(c.edits, org.Edit{Object: c.Object, ID: id, Like: c.tenant.ID(c.Object, like), Fields: fields})
		if c.Object == "Dashboard" {
			c.copyComponents(id, like, made)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// fresh makes up an id that no row has, and none of those that are being made.
func (c *change) fresh(object string, made map[string]bool) string {
	for attempt := uint64(0); ; attempt++ {
		id := org.FreshID(c.tenant.Org(), object, uint64(c.number)<<20+uint64(len(made))<<8+attempt)
		if !made[id] {
			made[id] = true
			return id
		}
	}
}

// model finds a row to copy: a report that can be described, or a dashboard with components.
func (c *change) model(from uint64) (int, bool) {
	return c.next(int(from%uint64(max(c.tenant.Count(c.Object), 1))), func(i int) bool {
		if !c.listed(i) {
			return false
		}
		switch c.Object {
		case "Dashboard":
			return len(c.tenant.Children(tenant.Components, c.tenant.ID("Dashboard", i))) > 0
		case "Folder":
			kind := c.tenant.Text("Folder", i, "Type")
			return kind == "Report" || kind == "Dashboard"
		case "User":
			return c.tenant.Text("User", i, "UserType") == "Standard" && c.tenant.ID("User", i) != c.tenant.Org().Info().RunAsUserID
		}
		return answers(c.tenant.Org().Describe(i))
	})
}

func (c *change) copyComponents(dashboard string, like int, made map[string]bool) {
	rows := c.tenant.Children(tenant.Components, c.tenant.ID("Dashboard", like))
	for _, row := range rows[:min(len(rows), maxComponents)] {
		c.edits = append(c.edits, org.Edit{
			Object: tenant.Components.Object, ID: c.fresh(tenant.Components.Object, made), Like: c.tenant.ID(tenant.Components.Object, row),
			Fields: map[string]any{tenant.Components.Field: dashboard},
		})
	}
}
