package project

import (
	"errors"
	"fmt"
	"path"
	"strconv"
	"strings"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

type dashboard struct {
	id, fullName string
	audit        audited
	folderID     string
	folderName   string
	runningUser  string
	def          *dashboardXML
}

// component is one component of a dashboard; report is nil when it shows none.
type component struct {
	id, name, dashboardID string
	report                *report
}

func (p *Project) addDashboards(src source.Tree, mint *minter, found []source.File) error {
	var errs []error
	var dashboards, components []row
	paths := map[string]string{}
	for _, f := range found {
		if first, ok := paths[f.Name]; ok {
			errs = append(errs, fmt.Errorf("%s defines the same dashboard as %s; remove one of them", f.Path, first))
			continue
		}
		paths[f.Name] = f.Path
		def := &dashboardXML{}
		text, err := src.Read(f, "Dashboard", def)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		d := &dashboard{id: mint.id("01Z", f.Name), fullName: f.Name, def: def, audit: p.audit(f.Name, text)}
		d.runningUser = p.runningUser(d)
		d.folderID, d.folderName = p.users[0].id, "Private Dashboards" // of the run-as user, unless a folder holds it
		if in := p.folders["Dashboard:"+path.Dir(f.Name)]; in != nil {
			d.folderID, d.folderName = in.id, in.label
		}
		dashboards = append(dashboards, d)
		for _, c := range def.components() {
			c.id, c.dashboardID, c.report = mint.id("01a", f.Name+"#"+c.place), d.id, p.reportNamed(c.reportName)
			components = append(components, &c.component)
		}
	}
	p.put("Dashboard", dashboards)
	p.put("DashboardComponent", components)
	return errors.Join(errs...)
}

// runningUser maps the user that the source names, who may be a person, to one of the made-up ones.
func (p *Project) runningUser(d *dashboard) string {
	named := strings.TrimSpace(d.def.RunningUser)
	switch {
	case d.kind() != "SpecifiedUser":
		return d.audit.by
	case named == "":
		return p.users[0].id
	}
	return p.author(named)
}

// placed is a component with its place in the dashboard, which makes its id.
type placed struct {
	component
	place, reportName string
}

func (x *dashboardXML) components() []placed {
	var all []placed
	section := func(name string, components []componentXML) {
		for i, c := range components {
			label := strings.TrimSpace(c.Header)
			if label == "" {
				label = strings.TrimSpace(c.Title)
			}
			all = append(all, placed{component{name: label}, name + strconv.Itoa(i), c.Report})
		}
	}
	section("left", x.Left.Components)
	if x.Middle != nil {
		section("middle", x.Middle.Components)
	}
	section("right", x.Right.Components)
	section("grid", x.Grid)
	return all
}

func (d *dashboard) key() string { return d.id }

func (d *dashboard) kind() string {
	switch kind := strings.TrimSpace(d.def.Type); kind {
	case "LoggedInUser", "MyTeamUser":
		return kind
	}
	return "SpecifiedUser"
}

func (d *dashboard) fields(*Project) map[string]any {
	ns, name := namespace(path.Base(d.fullName))
	title := strings.TrimSpace(d.def.Title)
	if title == "" {
		title = schema.Words(name)
	}
	fields := map[string]any{
		"Title": title, "DeveloperName": name, "NamespacePrefix": orNull(ns),
		"Description": orNull(strings.TrimSpace(d.def.Description)), "IsDeleted": false,
		"FolderId": d.folderID, "FolderName": orNull(d.folderName), "RunningUserId": d.runningUser, "Type": d.kind(),
		"LeftSize": size(d.def.Left.Size), "RightSize": size(d.def.Right.Size),
		"TitleColor": color(d.def.TitleColor, 0), "TextColor": color(d.def.TextColor, 0),
		"BackgroundStart": color(d.def.Start, 0xFFFFFF), "BackgroundEnd": color(d.def.End, 0xFFFFFF),
		"BackgroundDirection": "Diagonal", "TitleSize": 12,
		"ChartTheme": orNull(d.def.ChartTheme), "ColorPalette": orNull(d.def.ColorPalette),
	}
	if d.def.Middle != nil {
		fields["MiddleSize"] = size(d.def.Middle.Size)
	}
	if points, err := strconv.Atoi(d.def.TitleSize); err == nil {
		fields["TitleSize"] = points
	}
	if d.def.FadeDirection != "" {
		fields["BackgroundDirection"] = d.def.FadeDirection
	}
	return d.audit.into(fields)
}

func size(s string) string {
	if s == "" {
		return "Medium"
	}
	return s
}

// color is the number of a colour written #RRGGBB.
func color(s string, otherwise int) int {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "#"), 16, 32)
	if err != nil || n < 0 {
		return otherwise
	}
	return int(n)
}

func (c *component) key() string { return c.id }

func (c *component) fields(*Project) map[string]any {
	fields := map[string]any{"Name": orNull(c.name), "DashboardId": c.dashboardID, "CustomReportId": nil}
	if c.report != nil {
		fields["CustomReportId"] = c.report.id
	}
	return fields
}
