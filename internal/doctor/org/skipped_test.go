package org

import (
	"context"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// TestSkipped_hasTheRowsOfACheck compares with an org that is not there.
func TestSkipped_hasTheRowsOfACheck(t *testing.T) {
	t.Parallel()
	secret := func(context.Context) (salesforce.Credentials, error) {
		return salesforce.Credentials{ClientID: "3MVG9", ClientSecret: "sw0rdfish"}, nil
	}
	client, err := salesforce.New(salesforce.Config{BaseURL: "http://127.0.0.1:1", Attempts: 1, Credentials: secret})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	asked, skipped := Check(t.Context(), Params{Client: client}), Skipped("there is no way there")
	if len(asked) != len(skipped) {
		t.Fatalf("%d rows, and %d that are skipped", len(asked), len(skipped))
	}
	for i, f := range skipped {
		same := f.ID == asked[i].ID && f.Title == asked[i].Title
		if !same || f.Status != doctor.Skipped || f.Found != "not asked: there is no way there" || f.Class != "" {
			t.Errorf("got %+v beside %+v", f, asked[i])
		}
	}
}

// TestCheck_aBucketThatCannotBeUsedIsNoLoginThatFailed leads to the bucket and not to Salesforce.
func TestCheck_aBucketThatCannotBeUsedIsNoLoginThatFailed(t *testing.T) {
	t.Parallel()
	away := &fault.Error{Class: fault.Transient, System: fault.Bucket, Message: "the bucket is away"}
	client, err := salesforce.New(salesforce.Config{BaseURL: "http://127.0.0.1:1", Attempts: 1, Credentials: func(context.Context) (salesforce.Credentials, error) {
		return salesforce.Credentials{}, away
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, f := range Check(t.Context(), Params{Client: client}) {
		if f.Status == doctor.Skipped && f.Found != "not asked: no login without the bucket, which counts them" {
			t.Errorf("got %+v", f)
		}
	}
}
