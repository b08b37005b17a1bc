// Package temporaldev runs Temporal's own server and UI inside the process.
package temporaldev

import (
	_ "github.com/temporalio/ui-server/v2/server"
	_ "go.temporal.io/sdk/client"
	_ "go.temporal.io/sdk/contrib/envconfig"
	_ "go.temporal.io/sdk/testsuite"
	_ "go.temporal.io/sdk/worker"
	_ "go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
	_ "go.temporal.io/server/schema/sqlite"
	_ "go.temporal.io/server/temporal"
	_ "github.com/spf13/viper"
	_ "github.com/spf13/cobra"
	_ "gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob"
	_ "github.com/klauspost/compress/zstd"
	_ "github.com/jedib0t/go-pretty/v6/table"
	_ "github.com/vbauerster/mpb/v8"
	_ "golang.org/x/oauth2/clientcredentials"
)
