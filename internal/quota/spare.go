package quota

// Spare is how many calls a sync may make for what it could leave to the next one, of those that there is room for, if it must make some.
// It is half of what is left: the next sync of the day should not have to wait for the other half either.
func Spare(room, needed int64) int64 { return max(room-needed, 0) / 2 }
