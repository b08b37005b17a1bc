package account

import (
	"cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// between is what differs of a record, beside its columns; nil stands for a record that does not exist.
func between(was, now *item.Item) change.Change {
	switch {
	case was == nil && now == nil:
		return change.Change{}
	case was == nil:
		return change.Change{ID: now.ID, Kind: now.Kind, Name: now.Name, Added: true, Now: fieldsOf(now)}
	case now == nil:
		return change.Change{ID: was.ID, Kind: was.Kind, Name: was.Name, Gone: true, Was: fieldsOf(was)}
	}
	c := change.Change{ID: now.ID, Kind: now.Kind, Name: cmp.Or(now.Name, was.Name)}
	if sameFields(was, now) {
		return c
	}
	before, after := fieldsOf(was), fieldsOf(now)
	c.Was, c.Now = change.Fields{}, change.Fields{}
	for _, name := range [...]string{change.Name, change.Folder, change.Format, change.RunningUser, change.State, change.Reason} {
		if before[name] == after[name] || (before[name] == "" || after[name] == "") && neverEmpty(now.Kind, name) {
			continue
		}
		c.Was[name], c.Now[name] = before[name], after[name]
	}
	if len(c.Was) == 0 {
		c.Was, c.Now = nil, nil
	}
	return c
}

// neverEmpty says whether Salesforce has a value in a field of every record: where it is empty, one of the syncs could not see it, and
// nothing is known to have changed.
func neverEmpty(kind item.Kind, field string) bool {
	switch field {
	case change.Folder:
		return kind != item.Folder
	case change.Format, change.RunningUser:
		return true
	}
	return false
}

// sameFields is true for almost all records.
func sameFields(was, now *item.Item) bool {
	return was.Name == now.Name && was.Folder == now.Folder && was.Format == now.Format && was.RunningUser == now.RunningUser &&
		settled(was.State) == settled(now.State) && was.Reason == now.Reason
}

// fieldsOf are the fields of a record that are compared and not empty.
func fieldsOf(i *item.Item) change.Fields {
	fields := change.Fields{}
	set := func(name, value string) {
		if value != "" {
			fields[name] = value
		}
	}
	set(change.Name, i.Name)
	set(change.Folder, i.Folder)
	set(change.Format, i.Format)
	set(change.RunningUser, i.RunningUser)
	if i.State != description.StateListed {
		set(change.State, string(settled(i.State)))
		set(change.Reason, i.Reason)
	}
	return fields
}
