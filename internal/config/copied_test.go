package config

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestRead_relativePathsStartWhereTheyWereWritten(t *testing.T) {
	t.Parallel()
	elsewhere := t.TempDir()
	for _, row := range []struct {
		name, text  string
		environment Environment
		args        []string
		inFile      bool // the paths start at the file's folder, else at the working directory
	}{
		{name: "in the file", text: "data_dir: data\nstorage: file://./bucket?dir_file_mode=0750\n", inFile: true},
		{name: "in variables", environment: Environment{"LONGHAUL_DATA_DIR=data\r", "LONGHAUL_STORAGE=file://./bucket?dir_file_mode=0750\r\n"}},
		{name: "in flags", args: []string{"--data-dir", "./data/", "--storage", "file://./bucket?dir_file_mode=0750"}},
		{
			name: "flags beat the file", text: "data_dir: /x\nstorage: file:///x\n",
			args: []string{"--data-dir", "data", "--storage", "file://./bucket?dir_file_mode=0750"},
		},
	} {
		folder := settings(t, row.text).Dir
		in := withFlags(t, Input{Dir: elsewhere, Environment: row.environment}, append(row.args, "--config", filepath.Join(folder, DefaultFile))...)
		got, _, err := Read(in)
		if err != nil {
			t.Fatalf("%s: %v", row.name, err)
		}
		start := elsewhere
		if row.inFile {
			start = folder
		}
		bucket, err := got.StorageURL()
		if want := "file://" + start + "/bucket?dir_file_mode=0750"; err != nil || bucket != want {
			t.Errorf("%s: the bucket is %s, %v; want %s", row.name, bucket, err, want)
		}
		if want := filepath.Join(start, "data"); got.DataDir != want {
			t.Errorf("%s: data_dir is %s, want %s", row.name, got.DataDir, want)
		}
	}
}

func TestRead_withoutAWorkingDirectory(t *testing.T) {
	t.Parallel()
	file := filepath.Join(settings(t, "data_dir: data\n").Dir, DefaultFile)
	if got, _, err := Read(Input{Environment: Environment{"LONGHAUL_CONFIG=" + file}}); err != nil || got.DataDir != filepath.Join(filepath.Dir(file), "data") {
		t.Errorf("with whole paths: got %+v, %v", got, err)
	}
	for _, environment := range []Environment{{"LONGHAUL_DATA_DIR=data"}, {"LONGHAUL_CONFIG=longhaul.yaml"}, {"LONGHAUL_STORAGE=file://./x"}} {
		if _, _, err := Read(Input{Environment: environment}); err == nil || !strings.Contains(err.Error(), "the working directory is gone") {
			t.Errorf("%s: got %v", environment, err)
		}
	}
	if _, file, err := Read(Input{}); err != nil || file != "" {
		t.Errorf("nothing at all: read %s, %v", file, err)
	}
}

func TestRead_namesPathsAndValuesThatWereCopiedBadly(t *testing.T) {
	t.Parallel()
	source := func(line string) string { return "sources:\n  acme:\n    salesforce:\n      " + line + "\n" }
	for _, row := range []struct{ text, want string }{
		{"data_dir: ~/data\n", "1: data_dir: begins with ~, which only a shell replaces"},
		{"data_dir: \"a\\nb\"\n", "1: data_dir: holds a line break"},
		{"storage: file://~/data\n", "1: storage: begins with ~"},
		{"storage: file:///~/data\n", "1: storage: begins with ~"},
		{"storage: file:///$HOME/data\n", "1: storage: begins with $, which only a shell replaces"},
		{"storage: file://$HOME/data\n", "1: storage: begins with $"},
		{"storage: file://./${DATA}\n", "1: storage: begins with $"},
		{"storage: file://relative/path\n", `1: storage: names the machine "relative"`},
		{"storage: file:///srv/a#b\n", "1: storage: holds a #"},
		{"storage: s3://name#b\n", "1: storage: holds a #"},
		{"storage: file:///\n", "1: storage: names no folder"},
		{"storage: file:relative\n", "1: storage: must be the URL of a bucket"},
		{source(`client_id: "'3MVG9'"`), "4: sources.acme.salesforce.client_id: begins and ends with a quote"},
		{source(`client_id: "3MVG9 "`), "4: sources.acme.salesforce.client_id: holds a space"},
		{source(`client_id: env:CLIENT_ID`), "4: sources.acme.salesforce.client_id: is a reference"},
		{source("username: \"a@b.c\\u200b\""), "4: sources.acme.salesforce.username: holds a zero-width character"},
		{source(`base_url: "<my domain>"`), "4: sources.acme.salesforce.base_url: is a placeholder"},
		{source(`client_secret: file:~/secret`), "4: sources.acme.salesforce.client_secret: the path after file: begins with ~"},
		{source(`client_secret: file://run/x`), "4: sources.acme.salesforce.client_secret: file:// must be followed by a whole path"},
		{source(`ca_file: ~/ca.pem`), "4: sources.acme.salesforce.ca_file: begins with ~"},
		{"sources:\n  -acme: {}\n", `2: sources: "-acme" is not a source name: it may not begin or end with -`},
		{"sources:\n  acme-: {}\n", `2: sources: "acme-" is not a source name`},
	} {
		_, _, err := Read(settings(t, row.text))
		if err == nil || !strings.Contains(err.Error(), DefaultFile+":"+row.want) {
			t.Errorf("%s: got %v\nwant %s", strings.TrimSpace(row.text), err, row.want)
		}
	}
}

// Windows writes UTF-16 and ends lines with \r\n; a variable of a .env file keeps its \r.
func TestRead_aFileInUTF16WithItsLines(t *testing.T) {
	t.Parallel()
	text := "data_dir: ./data\r\nsources:\r\n  acme:\r\n    salesforce:\r\n      base_url: acme.my.salesforce.com\r\n      client_id: 3MVG9\r\n" +
		"      client_secret: env:ACME_SECRET\r\n    max_in_flight: 0\r\n"
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for _, mark := range []string{"\ufeff", ""} {
			var data []byte
			for _, unit := range utf16.Encode([]rune(mark + text)) {
				data = order.AppendUint16(data, unit)
			}
			in := settings(t, "")
			if err := os.WriteFile(filepath.Join(in.Dir, DefaultFile), data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, _, err := Read(in)
			const said = DefaultFile + ":8: sources.acme.max_in_flight: must be a whole number"
			if err == nil || !strings.HasPrefix(err.Error(), said) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s %q: got %v, want the one mistake, on its line", name, mark, err)
			}
		}
	}
}

func TestRead_variablesLoseTheirLineEnds(t *testing.T) {
	t.Parallel()
	got, _, err := Read(Input{Dir: t.TempDir(), Environment: Environment{
		"LONGHAUL_DATA_DIR=/data\r", "LONGHAUL_WORKER_SLOTS=10\r", "LONGHAUL_LOG_LEVEL=warn\r\n", "LONGHAUL_METRICS_ADDRESS=\r",
		"LONGHAUL_SOURCES_ACME_SALESFORCE_BASE_URL=acme.my.salesforce.com\r", "LONGHAUL_SOURCES_ACME_SALESFORCE_CLIENT_ID=\xef\xbb\xbf3MVG9\r\n",
		"LONGHAUL_SOURCES_ACME_SALESFORCE_CLIENT_SECRET=env:SECRET\r", "LONGHAUL_SOURCES_ACME_MAX_IN_FLIGHT=4\n", "SECRET=s3cret\r",
	}})
	if err != nil {
		t.Fatal(err)
	}
	acme, err := got.Sources.Get("acme")
	if err != nil {
		t.Fatal(err)
	}
	login, err := acme.SalesforceCredentials(t.Context())
	if err != nil || login.BaseURL != "acme.my.salesforce.com" || login.ClientID != "3MVG9" || login.ClientSecret != "s3cret" {
		t.Errorf("a value kept its line end: %v", err)
	}
	if got.DataDir != "/data" || got.Worker.Slots != 10 || got.Log.Level != "warn" || got.Metrics.Address != "" || acme.MaxInFlight != 4 {
		t.Errorf("got %+v with %d in flight", got, acme.MaxInFlight)
	}
}

// castorLogin is a whole login by castor's variables, of which a test changes one.
func castorLogin(more ...string) Environment {
	return append(Environment{
		"CASTOR_SALESFORCE_USERNAME=u@acme.example", "CASTOR_SALESFORCE_PASSWORD=correct horse", "CASTOR_SALESFORCE_CLIENT_ID=3MVG9",
		"CASTOR_SALESFORCE_CLIENT_SECRET=s3cret", "CASTOR_SALESFORCE_SECURITY_TOKEN=", "CASTOR_SALESFORCE_BASE_URL=acme.my.salesforce.com",
		"CASTOR_OUTPUT_DIRECTORY=out",
	}, more...)
}

func TestReadCastorExtract_namesWhatCopyingDid(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ set, want string }{
		{`CASTOR_SALESFORCE_CLIENT_SECRET="s3cret"`, "CASTOR_SALESFORCE_CLIENT_SECRET: begins and ends with a quote: leave the quotes out"},
		{"CASTOR_SALESFORCE_CLIENT_ID='3MVG9'", "CASTOR_SALESFORCE_CLIENT_ID: begins and ends with a quote"},
		{"CASTOR_SALESFORCE_CLIENT_ID=3MVG9 ", "CASTOR_SALESFORCE_CLIENT_ID: holds a space"},
		{"CASTOR_SALESFORCE_CLIENT_SECRET=env:SECRET", "CASTOR_SALESFORCE_CLIENT_SECRET: is a reference"},
		{"CASTOR_SALESFORCE_SECURITY_TOKEN=a\tb", "CASTOR_SALESFORCE_SECURITY_TOKEN: holds a tab"},
		{"CASTOR_SALESFORCE_PASSWORD=a\nb", "CASTOR_SALESFORCE_PASSWORD: holds a line break"},
		{"CASTOR_SALESFORCE_USERNAME=u\u00a0", "CASTOR_SALESFORCE_USERNAME: holds a non-breaking space"},
		{`CASTOR_SALESFORCE_BASE_URL="acme.my.salesforce.com"`, "CASTOR_SALESFORCE_BASE_URL: begins and ends with a quote"},
		{"CASTOR_OUTPUT_DIRECTORY=~/out", "CASTOR_OUTPUT_DIRECTORY: begins with ~"},
		{"REQUESTS_CA_BUNDLE=~/ca.pem", "REQUESTS_CA_BUNDLE: begins with ~"},
	} {
		_, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags), castorLogin(row.set), "/work")
		if err == nil || !strings.HasPrefix(err.Error(), row.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: got %v, want %s", row.set, err, row.want)
		}
	}
	_, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags), castorLogin(), "")
	if err == nil || !strings.Contains(err.Error(), "the working directory is gone") {
		t.Errorf("a relative output without a working directory: got %v", err)
	}
}

func TestReadCastorExtract_takesOffLineEnds(t *testing.T) {
	t.Parallel()
	var environment Environment
	for _, variable := range castorLogin("REQUESTS_CA_BUNDLE=ca.pem") {
		environment = append(environment, variable+"\r\n")
	}
	got, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags), environment, "/work")
	if err != nil {
		t.Fatal(err)
	}
	login, err := got.Source.SalesforceCredentials(t.Context())
	if err != nil || login.ClientID != "3MVG9" || login.ClientSecret != "s3cret" || login.Password != "correct horse" ||
		login.Username != "u@acme.example" || login.SecurityToken != "" || login.BaseURL != "acme.my.salesforce.com" {
		t.Errorf("a value kept its line end: %v", err)
	}
	if got.Output != "/work/out" || got.Source.Salesforce.CAFile != "/work/ca.pem" || len(got.Warnings) > 0 {
		t.Errorf("the output is %q, the certificates %q, warnings %q", got.Output, got.Source.Salesforce.CAFile, got.Warnings)
	}
}

func TestReadCastorExtract_warnsOfAnOddPassword(t *testing.T) {
	t.Parallel()
	got, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags), castorLogin(`CASTOR_SALESFORCE_PASSWORD="s3cret"`), "/work")
	want := "the password (CASTOR_SALESFORCE_PASSWORD) begins and ends with a quote"
	if err != nil || len(got.Warnings) != 1 || !strings.HasPrefix(got.Warnings[0], want) {
		t.Errorf("got %q, %v; want %s", got.Warnings, err, want)
	}
}

func TestReadCastorUpload_namesWhatCopyingDid(t *testing.T) {
	t.Parallel()
	base := Environment{
		"CASTOR_UPLOADER_TOKEN=tok\r", "CASTOR_UPLOADER_SOURCE_ID=" + uploadID + "\r", "CASTOR_UPLOADER_FILE_TYPE=VIZ\r",
		"CASTOR_UPLOADER_DIRECTORY_PATH=out\r",
	}
	got, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags), base, "/work")
	if err != nil || got.Catalog.SourceID != uploadID || got.Directory != "/work/out" {
		t.Errorf("with line ends behind all: got %+v, %v", got, err)
	}
	for _, row := range []struct{ set, want string }{
		{`CASTOR_UPLOADER_TOKEN="tok"`, "CASTOR_UPLOADER_TOKEN: begins and ends with a quote"},
		{"CASTOR_UPLOADER_TOKEN=tok en", "CASTOR_UPLOADER_TOKEN: holds a space"},
		{`CASTOR_UPLOADER_SOURCE_ID='` + uploadID + `'`, "CASTOR_UPLOADER_SOURCE_ID: begins and ends with a quote"},
		{"CASTOR_UPLOADER_DIRECTORY_PATH=~/out", "CASTOR_UPLOADER_DIRECTORY_PATH: begins with ~"},
	} {
		_, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags), append(base[:4:4], row.set), "/work")
		if err == nil || !strings.HasPrefix(err.Error(), row.want) {
			t.Errorf("%q: got %v, want %s", row.set, err, row.want)
		}
	}
}
