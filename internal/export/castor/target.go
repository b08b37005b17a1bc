package castor

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"

	"longhaul/internal/catalog"
	"longhaul/internal/export"
	"longhaul/internal/paths"
	"longhaul/internal/source"
)

// The section of castor's settings in a source, and its settings.
const (
	section   = "catalog"
	zone      = "zone"
	address   = "url"
	sourceID  = "source_id"
	token     = "token"
	caFile    = "ca_file"
	publicAPI = "public_api" // no settings file sets it, only tests and the demo do
)

// Settings declares where in Coalesce Catalog the files go.
func (Format) Settings() export.Settings {
	return export.Settings{
		Section: section,
		Fields: []export.Setting{
			{Name: zone, Label: "Zone of the catalog, EU or US", Check: func(v string) error { _, err := catalog.Endpoint(v, ""); return err }},
			{Name: address, Check: func(v string) error { _, err := catalog.Endpoint("", v); return err }},
			{Name: sourceID, Label: "Catalog Identifier", Needed: true, Check: CheckSourceID, Normal: normalSourceID},
			{Name: token, Label: "Catalog Token", Kind: export.Secret, Needed: true},
			{Name: caFile, Kind: export.Path, Check: paths.Check},
		},
		Exclusive: [][2]string{{zone, address}},
	}
}

// CheckSourceID refuses what is no id of a source in the catalog.
func CheckSourceID(v string) error {
	if err := source.Key.Check(v); err != nil {
		return err
	}
	_, err := catalog.ParseSourceID(v)
	return err
}

// normalSourceID is the form that the catalog's paths have.
func normalSourceID(v string) string {
	id, err := catalog.ParseSourceID(v)
	if err != nil {
		return v // which was checked
	}
	return id
}

// Catalog is where in Coalesce Catalog the files go, for a source that no settings file describes.
type Catalog struct {
	Zone     string // EU or US; EU when it and URL are empty
	URL      string // in place of a zone
	SourceID string
	Token    source.Secret
	CAFile   string // extra roots, added to the system's

	PublicAPI string // in place of the zone's public GraphQL API
}

// Exports are the exports of a source that delivers to this catalog and makes castor's files alone.
func (c Catalog) Exports() []source.Export {
	texts := map[string]string{zone: c.Zone, address: c.URL, sourceID: c.SourceID, caFile: c.CAFile, publicAPI: c.PublicAPI}
	maps.DeleteFunc(texts, func(_, value string) bool { return value == "" })
	return []source.Export{{Name: Name, Section: section, Texts: texts, Secrets: map[string]source.Secret{token: c.Token}}}
}

// Target makes a client of the catalog.
func (Format) Target(from source.Source, about export.Process) (export.Target, error) {
	settings := from.Export(Name)
	read := func(ctx context.Context) (string, error) { return from.ExportSecret(ctx, Name, token) }
	client, err := catalog.New(catalog.Config{
		Zone: settings.Texts[zone], URL: settings.Texts[address], SourceID: settings.Texts[sourceID], CAFile: settings.Texts[caFile],
		PublicAPI: settings.Texts[publicAPI],
		Token:     read, UserAgent: about.UserAgent, Logger: about.Logger, Observed: about.Observed,
	})
	if err != nil {
		return nil, err
	}
	return NewTarget(client, func(ctx context.Context) error {
		value, err := read(ctx)
		if err != nil {
			return err
		}
		if err := catalog.CheckToken(value); err != nil {
			return fmt.Errorf("%s.%s of source %q: %w", section, token, from.Name, err)
		}
		return nil
	}), nil
}

// NewTarget makes a target of a client. ready finds out whether the token can be read and can be one; it may be nil.
func NewTarget(client *catalog.Client, ready func(context.Context) error) export.Target {
	return &target{Client: client, ready: ready}
}

// target delivers castor's files to the catalog.
type target struct {
	*catalog.Client
	ready func(context.Context) error
}

// Destination is the source id at the host of the catalog.
func (t *target) Destination() string { return fmt.Sprintf("%s at %s", t.SourceID(), t.Host()) }

// Ready reads the token.
func (t *target) Ready(ctx context.Context) error {
	if t.ready == nil {
		return nil
	}
	return t.ready(ctx)
}

// Send delivers one file. The catalog replaces no file, so a 409 says that the name is taken.
func (t *target) Send(ctx context.Context, f export.Outgoing) (export.Receipt, error) {
	path := catalog.Path(catalog.Viz, t.SourceID(), "", f.Name)
	sent, err := t.Client.Send(ctx, path, catalog.File{
		Name: f.Name, Size: f.Bytes, SHA256: f.SHA256, Open: f.Open, Renamable: f.Renamable,
	})
	receipt := export.Receipt{
		Path: path, Status: sent.Status, Bytes: sent.Bytes, SHA256: sent.SHA256, At: sent.At, Reach: sent.Reach,
	}
	if errors.Is(err, catalog.ErrConflict) {
		receipt.Status = http.StatusConflict
		err = fmt.Errorf("%w: %w", export.ErrTaken, err)
	}
	return receipt, err
}
