# Development tasks. `make` alone lists them.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

TOOLS         ?= $(CURDIR)/.tools/bin
GOLANGCI_LINT := v2.15.0
WORKFLOWCHECK := v0.6.0
GOVULNCHECK   := v1.9.0
TEMPORAL_CLI  := v1.5.1
MINIO         := v0.0.0-20260212201848-7aac2a2c5b7c
FAKE_GCS      := v1.56.1
AZURITE       := 3.37.0
CYCLONEDX     := v1.10.0
PLAYWRIGHT    := 1.65.1
AXE           := 4.14.1
KUBECONFORM   := v0.8.0
KUBERNETES    := 1.34.1
OPERATOR      := v0.85.0

# Temporal's server, as the embedded one.
TEMPORAL_SERVER := $(shell awk '$$1 == "go.temporal.io/server" {print $$2}' go.mod)

# The flags of `go run` and `go test`, so that all of them share one build cache: with -trimpath Temporal's server would be
# compiled a second time (minutes). `make dist` and the Dockerfile trim the paths of what is published. -buildvcs: --version
# prints what Go reads from git.
BUILD := go build -buildvcs=auto

FUZZTIME  ?= 30s
FUZZERS   ?= 2
BENCHTIME ?= 1s
RELEASE   ?= unreleased
AWAY      ?= 1m

# Assigned to a variable first, because bash goes on when a command inside a list of arguments fails.
LIGHT = $$($(MAKE) --silent --no-print-directory light-packages)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## the three programs into bin/ (the first time takes minutes: Temporal's server is in longhaul)
	$(BUILD) -o bin/longhaul ./standalone
	$(BUILD) -o bin/longhaul-starter ./starter
	$(BUILD) -o bin/longhaul-worker ./worker

.PHONY: demo
demo: build ## one sync of a simulated org, with Temporal's UI; Ctrl-C ends it
	bin/longhaul demo

comma   := ,
SYSTEMS ?= linux/amd64,linux/arm64,darwin/amd64,darwin/arm64,windows/amd64,windows/arm64
QUICK   ?= 0

.PHONY: dist
dist: $(TOOLS)/.cyclonedx-gomod-$(CYCLONEDX) ## what is released, into dist/: archives, SBOMs, checksums (minutes a system; SYSTEMS=linux/amd64,...)
	SYSTEMS='$(subst $(comma), ,$(SYSTEMS))' QUICK=$(QUICK) CYCLONEDX=$(TOOLS)/cyclonedx-gomod .ci/dist

.PHONY: try-dist
try-dist: ## this machine's archive from dist/ in an empty folder, without Go: the commands of the README
	.ci/try-dist

.PHONY: cut
cut: ## the release RELEASE=v0.1.0: changelog, histories, commit and tag, on this machine only (minutes)
	@.ci/cut '$(RELEASE)'

.PHONY: release-check
release-check: ## a release of this machine's system, built as the tests are, and tried
	@$(MAKE) --no-print-directory dist QUICK=1 SYSTEMS=$$(go env GOOS)/$$(go env GOARCH)
	@$(MAKE) --no-print-directory try-dist

.PHONY: test
test: ## all tests, in an order that differs each time
	go test -shuffle=on -timeout 30m ./...

.PHONY: race
race: ## the tests with the race detector, but for packages that link the embedded server (minutes to compile)
	@packages=$(LIGHT); go test -race -vet=off -timeout 30m $$packages

.PHONY: e2e
e2e: ## the end-to-end tests only
	go test -count=1 -timeout 30m ./internal/e2e

.PHONY: e2e-race
e2e-race: ## one sync end to end with a race-built worker and starter
	@out=$$(LONGHAUL_E2E_RACE=1 go test -count=1 -timeout 30m -v -run '^TestRace' ./internal/e2e 2>&1) || { echo "$$out"; exit 1; }; \
	echo "$$out"; grep -q '^--- PASS: TestRace' <<<"$$out" || { echo "TestRace did not run"; exit 1; }

.PHONY: quota
quota: ## syncs of 5,000 reports that may use 1,600 calls a day: alone, restarted, with others, with silent answers (minutes)
	@out=$$(LONGHAUL_E2E_QUOTA=1 go test -count=1 -timeout 2h -parallel 4 -v -run '^TestQuota_' ./internal/e2e 2>&1) || { echo "$$out"; exit 1; }; \
	grep -E '^ *(quota_test|--- )' <<<"$$out"; grep -q '^--- PASS: TestQuota' <<<"$$out" || { echo "TestQuota did not run"; exit 1; }

# Shows what a test says, and fails unless one has passed: a test that is skipped ends well too.
PASSED = awk '!/^ *=== (RUN|PAUSE|CONT) / { print; fflush() } /^--- PASS: / { passed = 1 } END { if (!passed) { print "it failed or did not run"; exit 1 } }'

# The whole size of an end-to-end test, with its figures; $(1) is its name, $(2) more of its environment.
WHOLE = @LONGHAUL_E2E_FULL=1 $(2) go test -count=1 -timeout 6h -v -run '^$(1)$$' ./internal/e2e | $(PASSED)

.PHONY: kill
kill: ## serve killed five times in REPORTS (20000) (minutes): what is repeated, how soon it goes on, which calls it knows, whether the files are the same
	$(call WHOLE,TestKill_fiveTimes,LONGHAUL_E2E_REPORTS=$(REPORTS))

.PHONY: expiry
expiry: ## tokens that end every two seconds in 5,000 reports
	$(call WHOLE,TestExpiry_ofTokensUnderLoad)

.PHONY: away
away: ## Temporal away for AWAY (1m), while shards run
	$(call WHOLE,TestTemporal_isAway,LONGHAUL_E2E_AWAY=$(AWAY))

.PHONY: scale
scale: ## REPORTS (200000) and a tenth of them with no latency: history, state, memory
	$(call WHOLE,TestScale_ofAnOrgOfAnySize,LONGHAUL_E2E_REPORTS=$(REPORTS))

.PHONY: idle
idle: ## an idle worker without a source and with 100 connected ones (7 minutes): CPU, memory
	$(call WHOLE,TestIdle_ofAHundredSources)

.PHONY: bench-sync
bench-sync: ## REPORTS (5000) by a sync and by a plain loop in turns, ROUNDS (3) each: wall, CPU, memory, calls, events
	$(call WHOLE,TestOverhead_ofADurableSync,LONGHAUL_E2E_REPORTS=$(REPORTS) LONGHAUL_E2E_ROUNDS=$(ROUNDS))

# The whole size of the tests that need no Temporal; $(1) matches their names.
MONTHS = @LONGHAUL_E2E_FULL=1 go test -count=1 -timeout 6h -v -run '^($(1))$$' ./internal/lookback | $(PASSED)

.PHONY: lookback
lookback: ## 90 days of two syncs of 2,000 reports that people change (minutes): history, diff, why, sizes, what is kept, drift
	$(call MONTHS,TestMonths_ofTwoSyncsADay|TestKeep_atItsBounds|TestDrift_isFoundWithinThePeriod)

.PHONY: refresh
refresh: ## a refresh of 20,000 reports of which 1 % changed: its calls, and its files beside a whole sync's
	$(call MONTHS,TestRefresh_ofOnePercent)

FAULTS ?= all
WRITE  ?= 0

.PHONY: faults
faults: ## syncs that meet every fault of the simulator, alone and all together (FAULTS=name,... REPORTS=2000; WRITE=1 updates docs/faults.md)
	@LONGHAUL_E2E_FAULTS='$(FAULTS)' LONGHAUL_E2E_REPORTS=$(or $(REPORTS),2000) LONGHAUL_E2E_WRITE=$(WRITE) \
	go test -count=1 -timeout 4h -parallel 8 -v -run '^TestFaults_eachAloneAndAllTogether$$' ./internal/e2e | $(PASSED)

.PHONY: operations
operations: $(TOOLS)/.temporal-without-server-$(TEMPORAL_CLI) ## every command of docs/operations.md with the real `temporal` CLI
	@out=$$(LONGHAUL_TEMPORAL_CLI=$(TOOLS)/temporal go test -count=1 -timeout 30m -v -run '^TestOperations$$' ./internal/e2e 2>&1) || { echo "$$out"; exit 1; }; \
	echo "$$out"; grep -q '^--- PASS: TestOperations' <<<"$$out" || { echo "TestOperations did not run"; exit 1; }

s3_SERVER     := $(TOOLS)/.minio-$(MINIO)
gs_SERVER     := $(TOOLS)/.fake-gcs-server-$(FAKE_GCS)
azblob_SERVER := $(TOOLS)/.azurite-$(AZURITE)

# The bucket servers lie beside the other tools: a kind a stamp, by the schemes of their URLs.
SERVERS    := $(patsubst %/,%,$(dir $(TOOLS)))
BUCKETS    ?= s3,gs,azblob
BUCKETS_OF := $(subst $(comma), ,$(BUCKETS))
REFUSED    ?= 60

.PHONY: buckets
buckets: $(foreach kind,$(BUCKETS_OF),$($(kind)_SERVER)) ## syncs on MinIO, fake-gcs-server and azurite: a kill, refusals, faults (BUCKETS=s3,gs,azblob REPORTS=2000 REFUSED=60)
	@out=$$(LONGHAUL_BUCKET_SERVERS=$(SERVERS) LONGHAUL_BUCKETS=$(BUCKETS) LONGHAUL_E2E_REPORTS=$(or $(REPORTS),2000) LONGHAUL_E2E_REFUSED=$(REFUSED) \
	LONGHAUL_E2E_FULL=$(or $(FULL),1) go test -count=1 -timeout 2h -p 1 -v -run '^(TestServers_.*|TestBuckets)$$' ./internal/storetest ./internal/e2e 2>&1) || { echo "$$out"; exit 1; }; \
	grep -vE '^=== |^SDK ' <<<"$$out"; for kind in $(BUCKETS_OF); do \
		[[ $$(grep -cE -- "--- PASS: Test(Buckets|Servers_[a-zA-Z]*)/$$kind " <<<"$$out") == 2 ]] || { echo "the tests of $$kind did not run"; exit 1; }; \
	done

.PHONY: cluster
cluster: $(TOOLS)/.temporal-server-$(TEMPORAL_SERVER) $(TOOLS)/.temporal-without-server-$(TEMPORAL_CLI) $(s3_SERVER) ## a sync of REPORTS (6000) on Temporal's own server, PostgreSQL (Debian's package) and MinIO: a worker and the server killed, the database stopped
	@LONGHAUL_E2E_CLUSTER=$(TOOLS) LONGHAUL_BUCKET_SERVERS=$(SERVERS) LONGHAUL_BUCKETS=s3 LONGHAUL_E2E_REPORTS=$(REPORTS) \
	go test -count=1 -timeout 1h -v -run '^TestCluster$$' ./internal/e2e | $(PASSED)

CHROMIUM    ?= $(firstword $(shell command -v chromium chromium-browser google-chrome))
SCREENSHOTS ?= $(SERVERS)/browser/screenshots

.PHONY: page-check
page-check: $(TOOLS)/.browser-$(PLAYWRIGHT)-$(AXE) ## pages of real syncs, one of 50,000 reports, in CHROMIUM (Debian's package; minutes): requests, console, axe-core, search; pictures in SCREENSHOTS
	@[[ -n "$(CHROMIUM)" ]] || { echo "there is no Chromium: apt-get install chromium, or CHROMIUM=its path"; exit 1; }
	@pages=$$(mktemp -d); trap 'rm -rf "$$pages"' EXIT; mkdir -p $(SCREENSHOTS); \
	LONGHAUL_PAGES=$$pages go test -count=1 -timeout 1h -run '^(TestWrite|TestPage)_forABrowser$$' ./internal/report/page ./internal/e2e; \
	node internal/report/page/testdata/check.mjs $(SERVERS)/browser $(CHROMIUM) $$pages $(SCREENSHOTS)

.PHONY: alerts
alerts: ## the alert rules and the dashboard of deploy/ in promtool and in a real Prometheus (Debian's package), with two workers: each alert fires and clears (6 minutes)
	@LONGHAUL_ALERTS=1 go test -count=1 -timeout 30m -v ./deploy | $(PASSED)
	@LONGHAUL_ALERTS=1 go test -count=1 -timeout 30m -v -run '^TestAlerts_' ./internal/e2e | $(PASSED)

SCHEMAS := $(TOOLS)/.schemas-$(KUBERNETES)-$(OPERATOR)
CONFORM  = $(TOOLS)/kubeconform -strict -summary -schema-location '$(TOOLS)/schemas/{{.ResourceKind}}{{.KindSuffix}}.json'

.PHONY: manifests
manifests: $(TOOLS)/.kubeconform-$(KUBECONFORM) $(SCHEMAS) ## the manifests of deploy/kubernetes by kubeconform, with schemas that it fetches
	$(CONFORM) -skip Kustomization deploy/kubernetes/*.yaml
	@{ cat deploy/kubernetes/rules.head; sed 's/^/  /' deploy/prometheus/alerts.yml; } | $(CONFORM)

.PHONY: record-histories
record-histories: ## the histories that the replay tests replay, under the name of RELEASE (unreleased)
	@out=$$(LONGHAUL_RECORD_HISTORIES=$(RELEASE) go test -count=1 -timeout 30m -v -run '^TestRecord_' ./internal/e2e 2>&1) || { echo "$$out"; exit 1; }; \
	grep -E '^[a-z_]+ [0-9]+$$' <<<"$$out" || { echo "nothing was recorded"; exit 1; }
	@if [[ $(RELEASE) != unreleased ]]; then cd workflows/testdata/replay && \
		echo "$(RELEASE) $$(cd $(RELEASE) && LC_ALL=C; sha256sum -- * | sha256sum | cut -d' ' -f1)" >>releases; fi
	go test -count=1 -run '^TestReplay_' ./workflows

.PHONY: fuzz
fuzz: ## every fuzz test for FUZZTIME (30s), FUZZERS (2) of them at once
	@packages=$(LIGHT); go list -f '{{.ImportPath}} {{.Dir}}' $$packages | while read -r package dir; do \
		grep -hos '^func Fuzz[A-Za-z0-9_]*' "$$dir"/*_test.go | cut -c6- | sed "s|^|$$package |" || :; \
	done | xargs -n 2 -P $(FUZZERS) bash -c 'out=$$(go test -run "^$$" -fuzz "^$$1\$$" -fuzztime $(FUZZTIME) -parallel 1 "$$0" 2>&1) && \
		echo "$$0 $$1: $$(grep "^fuzz: elapsed" <<<"$$out" | tail -n 1)" || { echo "$$0 $$1"; echo "$$out"; exit 255; }'

.PHONY: bench
bench: ## the benchmarks of the hot paths
	@packages=$(LIGHT); go test -timeout 30m -run '^$$' -bench . -benchmem -benchtime $(BENCHTIME) $$packages

# Packages whose tests do not link the embedded server.
.PHONY: light-packages
light-packages:
	@all=$$(go list ./... | sort -u); \
	heavy=$$(go list -test -f '{{$$p := .ImportPath}}{{range .Deps}}{{if eq . "go.temporal.io/server/temporal"}}{{$$p}}{{"\n"}}{{end}}{{end}}' ./...); \
	comm -23 <(echo "$$all") <(sed 's/ .*//; s/\.test$$//; s/_test$$//' <<<"$$heavy" | sort -u)

.PHONY: check
check: vet lint workflowcheck tidy-check ## all that can be said without running the code

.PHONY: vet
vet: ## go vet
	go vet ./...

.PHONY: vet-light
vet-light: ## go vet of what does not link the embedded server
	@packages=$(LIGHT); go vet $$packages

.PHONY: cross
cross: ## everything, tests too, is valid code for Windows and macOS, where no test runs: type-checked from source (5 GB of memory); starter and worker are linked
	@LONGHAUL_SYSTEMS='windows darwin' go test -count=1 -timeout 30m -v -run '^TestSystems_' ./internal/release | $(PASSED)
	@for system in windows/amd64 darwin/arm64; do echo "starter and worker for $$system"; \
		CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} go build -o /dev/null ./starter ./worker; done

# Without the database of vulnerabilities, as on a machine that reaches no other host than a module proxy, nothing can be
# said, and the target says that.
.PHONY: vulnerabilities
vulnerabilities: $(TOOLS)/.govulncheck-$(GOVULNCHECK) ## known vulnerabilities in what the programs call
	@if curl --silent --fail --max-time 20 --output /dev/null "$${GOVULNDB:-https://vuln.go.dev}/index/db.json"; \
	then $(TOOLS)/govulncheck ./...; \
	else echo "not checked: the database of vulnerabilities cannot be reached (set GOVULNDB to a mirror)"; fi

.PHONY: lint
lint: $(TOOLS)/.golangci-lint-$(GOLANGCI_LINT) ## golangci-lint, formatting included
	$(TOOLS)/golangci-lint run ./...

.PHONY: workflowcheck
workflowcheck: $(TOOLS)/.workflowcheck-$(WORKFLOWCHECK) ## nothing in workflows/ may differ at a replay
	$(TOOLS)/workflowcheck -config workflowcheck.config.yaml ./workflows/...

.PHONY: tidy-check
tidy-check: ## go.mod and go.sum are tidy, all files formatted
	go mod tidy -diff
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); if [[ -n "$$unformatted" ]]; then echo "not formatted (make fmt):"; echo "$$unformatted"; exit 1; fi

.PHONY: fmt
fmt: $(TOOLS)/.golangci-lint-$(GOLANGCI_LINT) ## format all files
	$(TOOLS)/golangci-lint fmt ./...

.PHONY: tools
tools: $(TOOLS)/.golangci-lint-$(GOLANGCI_LINT) $(TOOLS)/.workflowcheck-$(WORKFLOWCHECK) $(TOOLS)/.govulncheck-$(GOVULNCHECK) ## build the linters into .tools/bin

.PHONY: temporal-cli
temporal-cli: $(TOOLS)/.temporal-without-server-$(TEMPORAL_CLI) ## build the `temporal` CLI into .tools/bin, without its development server

# A stamp per version: a new version above is built, the same is not built again.
$(TOOLS)/.golangci-lint-$(GOLANGCI_LINT):
	GOFLAGS= GOBIN=$(TOOLS) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	@touch $@

$(TOOLS)/.workflowcheck-$(WORKFLOWCHECK):
	GOFLAGS= GOBIN=$(TOOLS) go install go.temporal.io/sdk/contrib/tools/workflowcheck@$(WORKFLOWCHECK)
	@touch $@

$(TOOLS)/.govulncheck-$(GOVULNCHECK):
	GOFLAGS= GOBIN=$(TOOLS) go install golang.org/x/vuln/cmd/govulncheck@$(GOVULNCHECK)
	@touch $@

# Without the server that it can start, which takes minutes to compile and which no test wants: the rest of it is as released.
$(TOOLS)/.temporal-without-server-$(TEMPORAL_CLI):
	@mkdir -p $(TOOLS)
	new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; cd "$$new"; \
	dir=$$(GOFLAGS= go mod download -json github.com/temporalio/cli@$(TEMPORAL_CLI) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'); \
	cp -R "$$dir" source; chmod -R u+w source; cd source; \
	printf '%s\n' 'package temporalcli' 'import "errors"' 'func (*TemporalServerStartDevCommand) run(*CommandContext, []string) error {' \
		'return errors.New("this CLI was built without a server: use `longhaul temporal`")' '}' >temporalcli/commands.server.go; \
	GOFLAGS= go build -ldflags '-X github.com/temporalio/cli/temporalcli.Version=$(TEMPORAL_CLI:v%=%)' -o $(TOOLS)/temporal ./cmd/temporal; \
	$(TOOLS)/temporal --version | grep -F 'version $(TEMPORAL_CLI:v%=%) ' >/dev/null
	@touch $@

$(TOOLS)/.temporal-server-$(TEMPORAL_SERVER):
	GOFLAGS= GOBIN=$(TOOLS)/new go install go.temporal.io/server/cmd/server@$(TEMPORAL_SERVER) go.temporal.io/server/cmd/tools/sql@$(TEMPORAL_SERVER)
	mv $(TOOLS)/new/server $(TOOLS)/temporal-server
	mv $(TOOLS)/new/sql $(TOOLS)/temporal-sql-tool
	rmdir $(TOOLS)/new
	@touch $@

$(TOOLS)/.minio-$(MINIO):
	GOFLAGS= GOBIN=$(TOOLS) go install github.com/minio/minio@$(MINIO)
	@touch $@

$(TOOLS)/.fake-gcs-server-$(FAKE_GCS):
	GOFLAGS= GOBIN=$(TOOLS) go install github.com/fsouza/fake-gcs-server@$(FAKE_GCS)
	@touch $@

# An SBOM has the checksum of its maker in it, so that is the same wherever it is built.
$(TOOLS)/.cyclonedx-gomod-$(CYCLONEDX):
	GOFLAGS=-trimpath CGO_ENABLED=0 GOBIN=$(TOOLS) go install github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@$(CYCLONEDX)
	@touch $@

$(TOOLS)/.kubeconform-$(KUBECONFORM):
	GOFLAGS= GOBIN=$(TOOLS) go install github.com/yannh/kubeconform/cmd/kubeconform@$(KUBECONFORM)
	@touch $@

# Kubernetes' schemas from the wheel of kubernetes-validate, the Prometheus Operator's from its Go module. The folder is no module, so
# go.mod and go.sum stay as they are.
$(SCHEMAS): OPERATOR_MODULE := github.com/prometheus-operator/prometheus-operator
$(SCHEMAS):
	@mkdir -p $(TOOLS)
	new=$$(mktemp -d); trap 'rm -rf "$$new"' EXIT; \
	timeout 600 python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$$new" kubernetes-validate==$(KUBERNETES); \
	(cd "$$new" && GOFLAGS= go mod download $(OPERATOR_MODULE)@$(OPERATOR)); \
	.ci/schemas "$$new"/*.whl "$$(go env GOMODCACHE)/$(OPERATOR_MODULE)@$(OPERATOR)/jsonnet/prometheus-operator" "$$new/schemas"; \
	rm -rf $(TOOLS)/schemas; mv "$$new/schemas" $(TOOLS)/schemas
	@touch $@

# Its scripts only build what it has already; a registry that is away must not hold up a build for long.
$(TOOLS)/.azurite-$(AZURITE):
	@mkdir -p $(TOOLS)
	timeout 600 npm install --no-audit --no-fund --ignore-scripts --loglevel=error --prefix $(SERVERS)/azurite azurite@$(AZURITE)
	@touch $@

$(TOOLS)/.browser-$(PLAYWRIGHT)-$(AXE):
	@mkdir -p $(TOOLS)
	timeout 600 npm install --no-audit --no-fund --ignore-scripts --loglevel=error --prefix $(SERVERS)/browser playwright-core@$(PLAYWRIGHT) axe-core@$(AXE)
	@touch $@

.PHONY: clean
clean: ## remove what was built, but not the tools
	rm -rf bin dist
