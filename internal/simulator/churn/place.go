package churn

import (
	"errors"

	"longhaul/internal/simulator/org"
)

// places changes where rows lie, who may see them, and as whom dashboards run.
type places struct{ *change }

func (p places) move(i int, id string) error {
	p.number++
	if p.folders == nil {
		for k := range p.tenant.Count("Folder") {
			if p.tenant.In("Folder", k, "everything", false) && p.tenant.Text("Folder", k, "Type") == p.Object {
				p.folders = append(p.folders, k)
			}
		}
	}
	field := org.FolderField(p.Object)
	for k := range min(len(p.folders), 2) {
		to := p.folders[(p.number+k)%len(p.folders)]
		if folder := p.tenant.ID("Folder", to); folder != p.tenant.Text(p.Object, i, field) {
			p.edit(id, map[string]any{field: folder, "FolderName": p.tenant.Field("Folder", to, "Name")})
			return nil
		}
	}
	return errors.New("there is no other folder to move to")
}

// seclude moves a row to the private folder of another user.
func (p places) seclude(_ int, id string) error {
	p.number++
	user, err := p.otherUser("")
	if err == nil {
		p.edit(id, map[string]any{org.FolderField(p.Object): user, "FolderName": "Private " + p.Object + "s"})
	}
	return err
}

func (p places) runAs(i int, id string) error {
	p.number++
	user, err := p.otherUser(p.tenant.Text(p.Object, i, "RunningUserId"))
	if err == nil {
		p.edit(id, map[string]any{"RunningUserId": user})
	}
	return err
}

// otherUser is a standard user who is neither the run-as user nor the given one.
func (p places) otherUser(but string) (string, error) {
	count := p.tenant.Count("User")
	for k := range count {
		i := (p.number*17 + k) % count
		id := p.tenant.ID("User", i)
		if id != but && id != p.tenant.Org().Info().RunAsUserID && p.tenant.Text("User", i, "UserType") == "Standard" {
			return id, nil
		}
	}
	return "", errors.New("there is no other user")
}

func (p places) closed(i int) bool {
	return p.Object == "Folder" && org.IsClosed(p.tenant.Org(), p.Object, i)
}

// shut closes a folder to the run-as user, or opens it again, without a change of dates.
func (p places) shut(closed bool) func(i int, id string) error {
	return func(_ int, id string) error {
		p.number++
		p.edits = append(p.edits, org.Edit{Object: p.Object, ID: id, Closed: &closed})
		return nil
	}
}
