package host

import (
	"context"
	"errors"

	"longhaul/internal/fault"
	"longhaul/internal/roster"
	"longhaul/internal/saved"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// connected are the saved sources of the bucket, which must be the same bucket whenever one is missing: a folder whose mount is gone is empty.
type connected struct {
	*saved.Store

	bucket *staging.Store
	id     string            // of the bucket in which a source was first seen; Versions is called by one at a time
	last   map[string]string // what was listed last
}

var _ roster.Saved = (*connected)(nil)

// Versions lists the newest version of each.
func (c *connected) Versions(ctx context.Context) (map[string]string, error) {
	now, err := c.Store.Versions(ctx)
	if err != nil {
		return nil, err
	}
	if c.id == "" && len(now) > 0 {
		if c.id, err = c.bucket.ID(ctx); err != nil {
			return nil, err
		}
	}
	if lacks(now, c.last) {
		switch id, err := c.bucket.KnownID(ctx); {
		case err != nil:
			return nil, err
		case id != c.id:
			return nil, &fault.Error{
				Class: fault.Invalid, System: fault.Bucket,
				Message: "where the bucket " + c.bucket.Name() + " was is another one, which lacks sources that were connected: bring the first one back, " +
					"or start this process again",
			}
		}
	}
	c.last = now
	return now, nil
}

// Source opens a saved source. A secret that was taken away since says so.
func (c *connected) Source(ctx context.Context, name string) (source.Source, string, error) {
	from, version, err := c.Store.Source(ctx, name)
	if err != nil {
		return from, version, err
	}
	told := func(secret source.Secret) source.Secret {
		return source.Sealed(func(ctx context.Context) (string, error) {
			value, err := secret.Resolve(ctx)
			if errors.As(err, new(*saved.NotSavedError)) {
				err = roster.Disconnected(name) // as the next look finds
			}
			return value, err
		})
	}
	from.Salesforce.Credentials = told(from.Salesforce.Credentials)
	for _, e := range from.Exports {
		for setting, secret := range e.Secrets {
			e.Secrets[setting] = told(secret)
		}
	}
	return from, version, nil
}

// lacks says whether something of before is missing.
func lacks(now, before map[string]string) bool {
	for name := range before {
		if _, there := now[name]; !there {
			return true
		}
	}
	return false
}
