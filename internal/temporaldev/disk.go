package temporaldev

import (
	"regexp"
	"strconv"

	"go.uber.org/zap/zapcore"
	sqlite3 "modernc.org/sqlite/lib"
)

// diskTrouble reads the log of Temporal's server, the only place where the server reports that it cannot write its database. Its
// clients only learn that it is unavailable.
type diskTrouble struct {
	database string
	report   func(*DatabaseError)
}

var _ zapcore.Core = diskTrouble{}

// Enabled reports whether an entry of this level is read.
func (d diskTrouble) Enabled(l zapcore.Level) bool { return d.database != "" && l >= zapcore.WarnLevel }

// With ignores the fields of a logger: an error comes with its entry.
func (d diskTrouble) With([]zapcore.Field) zapcore.Core { return d }

// Check adds the core to those that receive the entry.
func (d diskTrouble) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !d.Enabled(e.Level) {
		return ce
	}
	return ce.AddCore(e, d)
}

// Write reports an entry that blames the disk.
func (d diskTrouble) Write(e zapcore.Entry, fields []zapcore.Field) error {
	if code, found := diskCode(e.Message); found {
		d.report(d.unusable(code))
		return nil
	}
	for _, field := range fields {
		if code, found := diskCode(textOf(field)); found {
			d.report(d.unusable(code))
			return nil
		}
	}
	return nil
}

// Sync does nothing: there is no buffer.
func (d diskTrouble) Sync() error { return nil }

func (d diskTrouble) unusable(code int) *DatabaseError {
	return &DatabaseError{File: d.database, Reason: "cannot be used: " + around(code, nil, d.database)}
}

// textOf returns the text of a field that is an error or a text.
func textOf(field zapcore.Field) string {
	if err, is := field.Interface.(error); is && field.Type == zapcore.ErrorType {
		return err.Error()
	}
	return field.String
}

// diskWords are SQLite's words for a disk that cannot be written or read, with the code that its driver writes after them.
var diskWords = regexp.MustCompile(
	`(?:database or disk is full|attempt to write a readonly database|disk I/O error|unable to open database file)[^()]*\((\d{1,5})\)`,
)

// diskCode finds the code of SQLite in a text of the server; found is false for any other trouble.
func diskCode(text string) (code int, found bool) {
	match := diskWords.FindStringSubmatch(text)
	if match == nil {
		return 0, false
	}
	code, err := strconv.Atoi(match[1])
	switch code & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN:
		return code, err == nil
	}
	return 0, false
}
