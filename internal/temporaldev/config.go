package temporaldev

import (
	"go.temporal.io/server/common/cluster"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/dynamicconfig"
	"go.temporal.io/server/common/persistence/sql/sqlplugin/sqlite"
)

const clusterName = "active" // the name every single Temporal cluster has

// serverConfig opens one gRPC port for each of Temporal's four services and nothing else: no membership gossip (the
// hosts are static), no metrics, pprof or HTTP port. BindOnIP and not BindOnLocalHost, which an environment variable can bend.
func serverConfig(p ports, store *config.SQL) *config.Config {
	services := map[string]config.Service{}
	for name, addr := range p.services() {
		services[string(name)] = config.Service{RPC: config.RPC{GRPCPort: int(addr.Port()), BindOnIP: addr.Addr().String()}}
	}
	disabled := config.ArchivalNamespaceDefaults{
		History:    config.HistoryArchivalNamespaceDefaults{State: "disabled"},
		Visibility: config.VisibilityArchivalNamespaceDefaults{State: "disabled"},
	}
	return &config.Config{
		Global: config.Global{Membership: config.Membership{
			MaxJoinDuration:  startTimeout,
			BroadcastAddress: p.frontend.Addr().String(),
		}},
		Persistence: config.Persistence{
			DefaultStore:     sqlite.PluginName,
			VisibilityStore:  sqlite.PluginName,
			NumHistoryShards: 1, // SQLite has one writer; more shards would only wait for each other
			DataStores:       map[string]config.DataStore{sqlite.PluginName: {SQL: store}},
		},
		ClusterMetadata: &cluster.Config{
			FailoverVersionIncrement: 10,
			MasterClusterName:        clusterName,
			CurrentClusterName:       clusterName,
			ClusterInformation: map[string]cluster.ClusterInformation{
				clusterName: {Enabled: true, InitialFailoverVersion: 1, RPCAddress: p.frontend.String()},
			},
		},
		DCRedirectionPolicy: config.DCRedirectionPolicy{Policy: "noop"},
		Services:            services,
		Archival: config.Archival{
			History:    config.HistoryArchival{State: "disabled"},
			Visibility: config.VisibilityArchival{State: "disabled"},
		},
		PublicClient:      config.PublicClient{HostPort: p.frontend.String()},
		NamespaceDefaults: config.NamespaceDefaults{Archival: disabled},
	}
}

// dynamicConfig holds what differs from Temporal's defaults, which are meant for clusters.
func dynamicConfig(o Options) dynamicconfig.StaticClient {
	inMemory := o.Database == ""
	values := dynamicconfig.StaticClient{
		// Only requests to Salesforce and the catalog leave the machine.
		dynamicconfig.EnableServerVersionCheck.Key(): false,

		// One partition per task queue: with few tasks, more partitions only add a hop between poller and task.
		dynamicconfig.MatchingNumTaskqueueReadPartitions.Key():  1,
		dynamicconfig.MatchingNumTaskqueueWritePartitions.Key(): 1,

		// The UI and the CLI list workflows more often than ten times a second.
		dynamicconfig.FrontendMaxNamespaceVisibilityRPSPerInstance.Key(): 200,

		// Workflow state kept in memory: a source has one workflow, so thousands of entries are plenty.
		dynamicconfig.HistoryCacheHostLevelMaxSize.Key(): 4096,

		// Goroutines that work off each queue; all share one database connection, so hundreds would only wait for it.
		dynamicconfig.TransferProcessorSchedulerWorkerCount.Key():    16,
		dynamicconfig.TimerProcessorSchedulerWorkerCount.Key():       16,
		dynamicconfig.VisibilityProcessorSchedulerWorkerCount.Key():  16,
		dynamicconfig.MemoryTimerProcessorSchedulerWorkerCount.Key(): 16,

		// The scanners sweep up after months, and Temporal leaves their pollers running when it stops: only for files.
		dynamicconfig.TaskQueueScannerEnabled.Key(): !inMemory,
		dynamicconfig.HistoryScannerEnabled.Key():   !inMemory,
	}
	if o.LongHistory > 0 {
		values[dynamicconfig.HistoryCountSuggestContinueAsNew.Key()] = o.LongHistory
	}
	return values
}
