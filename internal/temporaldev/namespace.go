package temporaldev

import (
	"context"
	"fmt"
	"maps"
	"slices"

	enumspb "go.temporal.io/api/enums/v1"
	persistencespb "go.temporal.io/server/api/persistence/v1"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/persistence"
	"go.temporal.io/server/common/persistence/serialization"
	"go.temporal.io/server/common/persistence/sql"
	"go.temporal.io/server/common/persistence/sql/sqlplugin"
	"go.temporal.io/server/common/resolver"
	"go.temporal.io/server/common/searchattribute/sadefs"
	"go.temporal.io/server/schema/sqlite"
	"google.golang.org/protobuf/types/known/durationpb"

	"longhaul/internal/fault"
)

// ensureNamespace creates the namespace if it does not exist, and adds the search attributes that it lacks. It works on the
// database before the server runs: each of Temporal's services keeps its own copy of a namespace, so all of them know the
// attributes from their start.
func ensureNamespace(ctx context.Context, store *config.SQL, o Options, logger log.Logger) error {
	ns, err := sqlite.NewNamespaceConfig(clusterName, o.Namespace, false, nil)
	if err != nil {
		return fmt.Errorf("describe namespace %s: %w", o.Namespace, err)
	}
	ns.Detail.Config.Retention = durationpb.New(o.Retention)
	known := knownNamespace(o.Database)
	if known != "" {
		ns.Detail.Info.Id = known
	}
	if err := sqlite.CreateNamespaces(store, ns); err != nil {
		return fmt.Errorf("create namespace %s: %w", o.Namespace, err)
	}
	db, err := sql.NewSQLDB(sqlplugin.DbKindMain, store, resolver.NewNoopResolver(), logger, metrics.NoopMetricsHandler)
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { _ = db.Close() }()
	if err := addSearchAttributes(ctx, db, o.Namespace, o.SearchAttributes); err != nil {
		return err
	}
	return keepNamespace(ctx, db, o, known)
}

func addSearchAttributes(ctx context.Context, db sqlplugin.DB, namespace string, wanted map[string]enumspb.IndexedValueType) error {
	tx, err := db.BeginTx(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	rows, err := tx.SelectFromNamespace(ctx, sqlplugin.NamespaceFilter{Name: &namespace})
	if err != nil {
		return fmt.Errorf("read namespace %s: %w", namespace, err)
	}
	row := &rows[0]
	serializer := serialization.NewSerializer()
	detail, err := serializer.NamespaceDetailFromBlob(persistence.NewDataBlob(row.Data, row.DataEncoding))
	if err != nil {
		return fmt.Errorf("decode namespace %s: %w", namespace, err)
	}
	changed, err := assignFields(detail.GetConfig(), wanted)
	if err != nil || !changed {
		return err
	}
	blob, err := serializer.NamespaceDetailToBlob(detail)
	if err != nil {
		return fmt.Errorf("encode namespace %s: %w", namespace, err)
	}
	row.Data, row.DataEncoding = blob.GetData(), blob.GetEncodingType().String()
	return updateNamespace(ctx, tx, row)
}

// updateNamespace writes the row under the next notification version, as the server does.
func updateNamespace(ctx context.Context, tx sqlplugin.Tx, row *sqlplugin.NamespaceRow) error {
	version, err := tx.LockNamespaceMetadata(ctx)
	if err != nil {
		return fmt.Errorf("lock namespaces: %w", err)
	}
	row.NotificationVersion = version.NotificationVersion
	if _, err := tx.UpdateNamespace(ctx, row); err != nil {
		return fmt.Errorf("update namespace %s: %w", row.Name, err)
	}
	if _, err := tx.UpdateNamespaceMetadata(ctx, version); err != nil {
		return fmt.Errorf("update the version of namespaces: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// assignFields assigns to each search attribute that the namespace lacks the lowest free column of its type, and reports whether
// anything changed.
func assignFields(ns *persistencespb.NamespaceConfig, wanted map[string]enumspb.IndexedValueType) (bool, error) {
	fields := sadefs.GetDBIndexSearchAttributes(nil).CustomSearchAttributes
	if ns.CustomSearchAttributeAliases == nil {
		ns.CustomSearchAttributeAliases = map[string]string{}
	}
	known := map[string]enumspb.IndexedValueType{}
	for field, name := range ns.CustomSearchAttributeAliases {
		known[name] = fields[field]
	}
	changed := false
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		switch has, ok := known[name]; {
		case ok && has == wanted[name]:
			continue
		case ok:
			return false, fault.Invalidf(
				"The search attribute %s has the type %s and should have the type %s; remove it with `temporal operator search-attribute remove`.",
				name, has, wanted[name])
		}
		field, ok := freeField(fields, ns.CustomSearchAttributeAliases, wanted[name])
		if !ok {
			return false, fault.Invalidf(
				"There is no room for the search attribute %s: all columns of the type %s are taken; remove one with "+
					"`temporal operator search-attribute remove`.", name, wanted[name])
		}
		ns.CustomSearchAttributeAliases[field] = name
		changed = true
	}
	return changed, nil
}

func freeField(fields map[string]enumspb.IndexedValueType, taken map[string]string, kind enumspb.IndexedValueType) (string, bool) {
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if _, used := taken[field]; !used && fields[field] == kind {
			return field, true
		}
	}
	return "", false
}
