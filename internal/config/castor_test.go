package config

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/pflag"

	"longhaul/internal/catalog"
	"longhaul/internal/export/castor"
	"longhaul/internal/source"
)

func parsed(t *testing.T, add func(*pflag.FlagSet), args ...string) *pflag.FlagSet {
	t.Helper()
	flags := pflag.NewFlagSet("castor", pflag.ContinueOnError)
	add(flags)
	if err := flags.Parse(args); err != nil {
		t.Fatal(err)
	}
	return flags
}

func TestReadCastorExtract_withAUser(t *testing.T) {
	t.Parallel()
	env := Environment{
		"castor_salesforce_username=u", "CASTOR_SALESFORCE_PASSWORD=from-env", "CASTOR_SALESFORCE_CLIENT_ID=id", "CASTOR_SALESFORCE_CLIENT_SECRET=s",
		"CASTOR_SALESFORCE_SECURITY_TOKEN=", "CASTOR_SALESFORCE_BASE_URL=acme.my.salesforce.com", "CASTOR_OUTPUT_DIRECTORY=/out",
		"REQUESTS_CA_BUNDLE=/ca.pem",
	}
	got, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags, "-p", "from-flag"), env, "/work")
	if err != nil {
		t.Fatal(err)
	}
	want := CastorExtract{
		Source: source.Source{
			Name: "extract",
			Salesforce: source.Salesforce{
				BaseURL: "acme.my.salesforce.com", Auth: source.Password, ClientID: "id", ClientSecret: source.Held("s"),
				Username: "u", Password: source.Held("from-flag"), SecurityToken: source.Held(""), CAFile: "/ca.pem",
			},
			Exports:     []source.Export{{Name: "castor"}},
			MaxInFlight: 24, MaxShards: 8,
			Quota:   source.Quota{Ceiling: 80, Share: 25, Probe: 45 * time.Minute},
			Refresh: source.Refresh{Audit: 30 * 24 * time.Hour}, Guard: source.Guard{MaxShrink: 10, Timeout: 168 * time.Hour},
			Keep: source.Keep{Accounts: 90, Days: 400},
		},
		Output:   "/out",
		Warnings: []string{"secrets given as flags show in the list of processes (ps): use the environment instead (CASTOR_SALESFORCE_PASSWORD)"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if printed := fmt.Sprintf("%+v %#v", got, got); strings.Contains(printed, "from-flag") {
		t.Errorf("the password is printed: %s", printed)
	}
}

func TestReadCastorExtract_takesTheBundlesOfRequests(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		env  Environment
		args []string
		want string
	}{
		{Environment{"REQUESTS_CA_BUNDLE=/a", "CURL_CA_BUNDLE=/b"}, nil, "/a"},
		{Environment{"REQUESTS_CA_BUNDLE=", "CURL_CA_BUNDLE=/b"}, nil, "/b"},
		{Environment{"CURL_CA_BUNDLE=b"}, nil, "/work/b"},
		{Environment{"CURL_CA_BUNDLE=/b"}, []string{"--ca-file", "c"}, "/work/c"},
		{Environment{"REQUESTS_CA_BUNDLE=/a"}, []string{"--ca-file="}, ""},
		{Environment{"CURL_CA_BUNDLE="}, nil, ""},
	} {
		got, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags, row.args...), castorLogin(row.env...), "/work")
		if err != nil || got.Source.Salesforce.CAFile != row.want {
			t.Errorf("%q %q: got %q, %v; want %q", row.env, row.args, got.Source.Salesforce.CAFile, err, row.want)
		}
	}
	_, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags), castorLogin("CURL_CA_BUNDLE=~/ca.pem"), "/work")
	if err == nil || !strings.HasPrefix(err.Error(), "CURL_CA_BUNDLE: begins with ~") {
		t.Errorf("got %v", err)
	}
}

func TestReadCastorExtract_withoutAUserUsesClientCredentials(t *testing.T) {
	t.Parallel()
	flags := parsed(t, AddCastorExtractFlags, "-c", "id", "-s", "hush", "-b", "b", "--output", "o", "--ca-file", "ca")
	got, err := ReadCastorExtract(flags, Environment{"CASTOR_SALESFORCE_PASSWORD=p", "REQUESTS_CA_BUNDLE=other"}, "/work")
	if err != nil {
		t.Fatal(err)
	}
	want := source.Salesforce{BaseURL: "b", Auth: source.ClientCredentials, ClientID: "id", ClientSecret: source.Held("hush"), CAFile: "/work/ca"}
	if diff := cmp.Diff(want, got.Source.Salesforce); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	wantWarnings := []string{
		"the password and the security token are not used: no username is given, so the client credentials flow is",
		"secrets given as flags show in the list of processes (ps): use the environment instead (CASTOR_SALESFORCE_CLIENT_SECRET)",
	}
	if diff := cmp.Diff(wantWarnings, got.Warnings); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReadCastorExtract_listsAllThatIsMissing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		env  Environment
		want []string
	}{
		{"everything", nil, Environment{"CASTOR_OUTPUT_DIRECTORY="}, []string{
			"missing: --client-id (-c, CASTOR_SALESFORCE_CLIENT_ID), --client-secret (-s, CASTOR_SALESFORCE_CLIENT_SECRET), " +
				"--base-url (-b, CASTOR_SALESFORCE_BASE_URL) and --output (-o, CASTOR_OUTPUT_DIRECTORY); give the flag or set the environment variable",
		}},
		{"what a user needs", []string{"-u", "u", "-c", "id", "-s", "x", "-b", "b", "-o", "o"}, nil, []string{
			"missing: --security-token (-t, CASTOR_SALESFORCE_SECURITY_TOKEN); give an empty one if the org needs none",
			"missing: --password (-p, CASTOR_SALESFORCE_PASSWORD); give the flag or set the environment variable",
		}},
	}
	for _, tt := range tests {
		_, err := ReadCastorExtract(parsed(t, AddCastorExtractFlags, tt.args...), tt.env, "/work")
		if diff := cmp.Diff(tt.want, sentences(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	flags := parsed(t, AddCastorExtractFlags, "-u", "u", "-p", "p", "-c", "i", "-s", "s", "-b", "b", "-o", "o", "-t", "")
	if _, err := ReadCastorExtract(flags, nil, "/work"); err != nil {
		t.Errorf("an empty security token is refused: %v", err)
	}
}

const uploadID = "399a8b22-3187-41ec-8d3d-0242ac130003"

func TestReadCastorUpload_readsFlagsAndEnvironment(t *testing.T) {
	t.Parallel()
	env := Environment{
		"CASTOR_UPLOADER_TOKEN=tok", "CASTOR_UPLOADER_SOURCE_ID=399A8B22-3187-41EC-8D3D-0242AC130003", "Castor_Uploader_File_Type=VIZ",
		"CASTOR_UPLOADER_DIRECTORY_PATH=/out", "CASTOR_UPLOADER_ZONE=US", "CASTOR_TIMEOUT_OVERRIDE=2.5", "CASTOR_RETRY_OVERRIDE=1",
	}
	got, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags), env, "/work")
	if err != nil {
		t.Fatal(err)
	}
	want := CastorUpload{
		Type: catalog.Viz, Directory: "/out", Timeout: 2500 * time.Millisecond, Attempts: 2,
		Catalog: castor.Catalog{Zone: "US", SourceID: uploadID, Token: source.Held("tok")},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	flags := parsed(t, AddCastorUploadFlags, "-k", "other", "--source-id", uploadID, "-t", "DBT", "--file-path", "m.json", "-z", "EU")
	got, err = ReadCastorUpload(flags, env[:4], "/work")
	if err != nil {
		t.Fatal(err)
	}
	want = CastorUpload{
		Type: catalog.DBT, File: "/work/m.json", Timeout: catalog.DefaultTimeout, Attempts: catalog.DefaultAttempts,
		Catalog: castor.Catalog{Zone: "EU", SourceID: uploadID, Token: source.Held("other")},
		Warnings: []string{
			"CASTOR_UPLOADER_DIRECTORY_PATH is not used: --file_path names what to send",
			"secrets given as flags show in the list of processes (ps): use the environment instead (CASTOR_UPLOADER_TOKEN)",
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// complete is an environment that lacks nothing.
var complete = Environment{
	"CASTOR_UPLOADER_TOKEN=tok", "CASTOR_UPLOADER_SOURCE_ID=" + uploadID, "CASTOR_UPLOADER_FILE_TYPE=VIZ", "CASTOR_UPLOADER_FILE_PATH=f.json",
}

func TestReadCastorUpload_saysWhatToChange(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		env  Environment
		want []string
	}{
		{"nothing given", nil, nil, []string{
			"missing: --token (-k, CASTOR_UPLOADER_TOKEN), --source_id (-s, CASTOR_UPLOADER_SOURCE_ID) and --file_type (-t, CASTOR_UPLOADER_FILE_TYPE); give the flag or set the environment variable",
			"nothing to send: name a file with --file_path (-f, CASTOR_UPLOADER_FILE_PATH) or a folder with --directory_path (-d, CASTOR_UPLOADER_DIRECTORY_PATH)",
		}},
		{"a file and a folder", []string{"-f", "f", "-d", "d"}, complete, []string{"--file_path (-f) and --directory_path (-d) exclude each other: give one of them"}},
		{"an id that is no UUID", []string{"-s", "acme"}, complete, []string{`--source_id: the source id "acme" is not a UUID such as ` + uploadID +
			": copy the one that the Catalog team gave you with the token"}},
		{"a type", []string{"-t", "viz"}, complete, []string{`--file_type: "viz" is not a file type: use DBT, VIZ, WAREHOUSE or QUALITY, and for any other castor's own castor-upload`}},
		{
			"a zone", nil, append(complete[:4:4], "CASTOR_UPLOADER_ZONE=eu"),
			[]string{`CASTOR_UPLOADER_ZONE: "eu" is not a zone of the catalog: use EU (app.castordoc.com) or US (app.us.castordoc.com)`},
		},
		{
			"a folder of dbt",
			[]string{"-t", "DBT", "-d", "d"},
			complete[:3],
			[]string{"--directory_path: type DBT sends one file: name the manifest with --file_path (-f, CASTOR_UPLOADER_FILE_PATH)"},
		},
		{"no retries", nil, append(complete[:4:4], "CASTOR_RETRY_OVERRIDE=0"), []string{"CASTOR_RETRY_OVERRIDE: must be 1 or more; it cannot switch retries off"}},
		{"retries with a zero before", nil, append(complete[:4:4], "CASTOR_RETRY_OVERRIDE=010"), []string{
			"CASTOR_RETRY_OVERRIDE: must be written in plain decimal digits, not as 010: write 10",
		}},
		{"seconds with a zero before", nil, append(complete[:4:4], "CASTOR_TIMEOUT_OVERRIDE=090.5"), []string{
			"CASTOR_TIMEOUT_OVERRIDE: must be written in plain decimal digits, not as 090.5: write 90.5",
		}},
		{"no time", nil, append(complete[:4:4], "CASTOR_TIMEOUT_OVERRIDE=-1"), []string{"CASTOR_TIMEOUT_OVERRIDE: must be more than 0 seconds"}},
		{"a zone and a url", []string{"-z", "EU", "--url", "https://x.example.com"}, complete, []string{"--url: the catalog has both a zone and a url: keep one of them"}},
	}
	for _, tt := range tests {
		_, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags, tt.args...), tt.env, "/work")
		if diff := cmp.Diff(tt.want, sentences(t, err)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestReadCastorUpload_warnsAndGoesOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, set, warning string
		timeout            time.Duration
		attempts           int
	}{
		{"a timeout that is no number", "CASTOR_TIMEOUT_OVERRIDE=soon", "CASTOR_TIMEOUT_OVERRIDE is not a number of seconds: 60 is used", time.Minute, 3},
		{"retries that are no number", "CASTOR_RETRY_OVERRIDE=1.5", "CASTOR_RETRY_OVERRIDE is not a whole number: 3 tries are made", time.Minute, 3},
		{"a timeout without end", "CASTOR_TIMEOUT_OVERRIDE=inf", "", 24 * time.Hour, 3},
		{"spaces", "CASTOR_RETRY_OVERRIDE= 4 ", "", time.Minute, 5},
		{
			"a folder beside the file", "CASTOR_UPLOADER_DIRECTORY_PATH=d",
			"CASTOR_UPLOADER_FILE_PATH is not used: CASTOR_UPLOADER_DIRECTORY_PATH is set as well and comes first", time.Minute, 3,
		},
	}
	for _, tt := range tests {
		got, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags), append(complete[:4:4], tt.set), "/work")
		if err != nil || strings.Join(got.Warnings, "") != tt.warning || got.Timeout != tt.timeout || got.Attempts != tt.attempts {
			t.Errorf("%s: got %+v, %v", tt.name, got, err)
		}
	}
}

func TestReadCastorUpload_takesAURLInPlaceOfAZone(t *testing.T) {
	t.Parallel()
	env := append(complete[:4:4], "LONGHAUL_CATALOG_URL=https://env.example.com", "CASTOR_UPLOADER_ZONE=US")
	tests := []struct {
		args      []string
		zone, url string
	}{
		{nil, "", "https://env.example.com"},
		{[]string{"--url", "http://127.0.0.1:1"}, "", "http://127.0.0.1:1"},
		{[]string{"-z", "US"}, "US", ""},
	}
	for _, tt := range tests {
		got, err := ReadCastorUpload(parsed(t, AddCastorUploadFlags, tt.args...), env, "/work")
		if err != nil || got.Catalog.Zone != tt.zone || got.Catalog.URL != tt.url {
			t.Errorf("%v: got %+v, %v", tt.args, got.Catalog, err)
		}
	}
}
