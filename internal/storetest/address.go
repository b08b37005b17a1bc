package storetest

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// The credentials of the servers that the tests start. They are valid nowhere else.
const (
	user     = "longhaul"
	password = "longhaul-of-tests"
)

var key = base64.StdEncoding.EncodeToString([]byte(password))

// Environ returns the variables with which a program logs in to a store of a kind at an endpoint such as http://127.0.0.1:9000.
func Environ(kind Kind, endpoint string) []string {
	switch kind {
	case Azure:
		return []string{"AZURE_STORAGE_ACCOUNT=" + user, "AZURE_STORAGE_KEY=" + key}
	case Google:
		return []string{"STORAGE_EMULATOR_HOST=" + strings.TrimPrefix(endpoint, "http://")}
	default:
		return []string{"AWS_ACCESS_KEY_ID=" + user, "AWS_SECRET_ACCESS_KEY=" + password, "AWS_EC2_METADATA_DISABLED=true"}
	}
}

// URL returns the address of a bucket of that name at an endpoint.
func URL(kind Kind, bucket, endpoint string) string {
	switch kind {
	case Azure:
		return "azblob://" + bucket + "?protocol=http&localemu=true&domain=" + strings.TrimPrefix(endpoint, "http://")
	case Google:
		return "gs://" + bucket
	default:
		return "s3://" + bucket + "?region=us-east-1&use_path_style=true&endpoint=" + url.QueryEscape(endpoint)
	}
}
