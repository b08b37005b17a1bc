package account

import (
	"longhaul/internal/history/item"
	"longhaul/internal/stream"
)

// recordOf reads a record of the inventory. name is raw JSON as Salesforce gave it.
func recordOf(kind item.Kind, line []byte) (i item.Item, name []byte, err error) {
	i.Kind = kind
	err = stream.Members(line, "", func(member, value []byte, _ int) (bool, error) {
		var field *string
		switch string(member) {
		case "Id":
			field = &i.ID
		case "CreatedById":
			field = &i.CreatedBy
		case "LastModifiedById":
			field = &i.ModifiedBy
		case nameOf[kind]:
			field, name = &i.Name, value
		case folderOf[kind]:
			field = &i.Folder
		case "Format":
			field = &i.Format
		case "RunningUserId":
			field = &i.RunningUser
		case "DashboardId":
			field = &i.Dashboard
		}
		if field == nil || len(value) == 0 || value[0] != '"' { // null, or hidden
			return true, nil
		}
		text, err := stream.Text(value)
		*field = text
		return err == nil, err
	})
	return i, name, err
}

// The members of a record that hold its name and the Id of its folder.
var (
	nameOf   = map[item.Kind]string{item.Report: "Name", item.Dashboard: "Title", item.Component: "Name", item.Folder: "Name"}
	folderOf = map[item.Kind]string{item.Report: "OwnerId", item.Dashboard: "FolderId", item.Folder: "ParentId"}
)
