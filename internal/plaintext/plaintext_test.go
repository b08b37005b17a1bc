package plaintext

import (
	"encoding/binary"
	"testing"
	"unicode/utf16"
)

func utf16Of(order binary.AppendByteOrder, s string) []byte {
	var data []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		data = order.AppendUint16(data, unit)
	}
	return data
}

func TestValue_readsWhateverAnEditorWrites(t *testing.T) {
	t.Parallel()
	little, big := binary.LittleEndian, binary.BigEndian
	for name, row := range map[string]struct {
		data []byte
		want string
	}{
		"plain":                       {[]byte("s3cret"), "s3cret"},
		"a line end":                  {[]byte("s3cret\n"), "s3cret"},
		"line ends of Windows":        {[]byte("s3cret\r\n\r\n"), "s3cret"},
		"a line end of the old Mac":   {[]byte("s3cret\r"), "s3cret"},
		"a mark":                      {[]byte("\xef\xbb\xbfs3cret\r\n"), "s3cret"},
		"UTF-16LE":                    {utf16Of(little, "\ufeffs3crét€\r\n"), "s3crét€"},
		"UTF-16BE":                    {utf16Of(big, "\ufeffs3crét€\n"), "s3crét€"},
		"UTF-16LE without a mark":     {utf16Of(little, "s3cret\r\n"), "s3cret"},
		"UTF-16BE without a mark":     {utf16Of(big, "s3cret"), "s3cret"},
		"nothing":                     {nil, ""},
		"a mark alone":                {[]byte("\xef\xbb\xbf"), ""},
		"spaces stay":                 {[]byte(" s3cret "), " s3cret "},
		"a line end inside stays":     {[]byte("s3\ncret\n"), "s3\ncret"},
		"Latin-1 stays what it is":    {[]byte("s3cr\xe9t"), "s3cr\xe9t"},
		"a zero at the end is no 16":  {[]byte("s3cre\x00"), "s3cre\x00"},
		"letters beyond ASCII in it":  {utf16Of(little, "\ufeff{\"clientId\":\"日本\"}"), `{"clientId":"日本"}`},
		"a surrogate pair in UTF-16":  {utf16Of(big, "\ufeffpass😀word"), "pass😀word"},
		"a mark is no part of UTF-16": {utf16Of(little, "\ufeff"), ""},
	} {
		if got := Value(row.data); got != row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("s3cret\r\n"))
	f.Add(utf16Of(binary.LittleEndian, "\ufeffs3cret"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if once := Decode(data); len(once) > 3*len(data)+3 {
			t.Errorf("%d bytes became %d", len(data), len(once))
		}
	})
}
