# Go and make are all it takes; test-clients alone needs more.
GO      ?= go
# minicore_disabled leaves out the part of the Snowflake driver that loads a C library.
TAGS    := minicore_disabled
CHECK   := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: all build demo test test-clients lint unit bench classify-report schema clean

all: build

build: ## bin/polsync, static
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '-s -w' -tags $(TAGS) -o bin/polsync ./cmd/polsync

demo: build ## the whole way, on embedded warehouses; needs no account
	./bin/polsync demo

test: lint unit ## what has to pass before a change goes in

test-clients: build ## clients that know nothing of polsync, against the embedded warehouses; needs Node.js with npm
	cd clients/node && npm ci --omit=optional --ignore-scripts --no-audit --no-fund && npm test

lint:
	@test -z "$$(gofmt -l .)" || { echo "not formatted:"; gofmt -l .; exit 1; }
	$(GO) vet -tags $(TAGS) ./...
	@if GOFLAGS=-mod=mod $(GO) run $(CHECK) -version >/dev/null 2>&1; \
	then echo "staticcheck ./..." && GOFLAGS=-mod=mod $(GO) run $(CHECK) -tags $(TAGS) ./...; \
	else echo "staticcheck cannot be had here (no network?): left out"; fi

# What takes long runs without the race detector only, and so do the tests that count allocations, since it makes some.
# The random walk over start and end states takes many times longer under it: there a tenth of it, then all of it without.
LONG := ./classify ./cmd/polsync ./connectors/snowflake ./connectors/databricks
unit:
	$(GO) test -race -timeout 20m -tags $(TAGS) $$($(GO) list -tags $(TAGS) ./... | grep -v -e '/reconcile$$' -e '/classify$$' -e '/cmd/polsync$$' -e '/connectors/snowflake$$' -e '/connectors/databricks$$')
	$(GO) test -race -short -timeout 20m -tags $(TAGS) $(LONG)
	$(GO) test -timeout 20m -tags $(TAGS) $(LONG)
	$(GO) test -race -timeout 20m -tags $(TAGS) ./reconcile -args -pairs 2000
	$(GO) test -timeout 20m -tags $(TAGS) ./reconcile

bench: ## nanoseconds and bytes per fact; docs/benchmarks.md has what they were
	$(GO) test -tags $(TAGS) -run '^$$' -bench . -benchmem ./reconcile/plan ./state/ledger ./connectors/emulator/sqlengine ./classify ./connectors/snowflake
	@$(MAKE) --no-print-directory bench-accounts SIZE="s m"

bench-accounts: build ## plans of generated accounts: make bench-accounts SIZE=l, which takes minutes
	POLSYNC=$(CURDIR)/bin/polsync ACCOUNTS="$(or $(SIZE),s m)" $(GO) test -tags $(TAGS) -count 1 -timeout 2h -run '^(TestAccounts|TestMetastores)$$' ./cmd/polsync -v | grep -v '^=== '

classify-report: ## what the classifier makes of labelled tables: make classify-report SET=DIR > report.md
	@test -n "$(SET)" || { echo "make classify-report SET=DIR: a folder with tables/, schema.json and labels.json" >&2; exit 1; }
	@$(GO) test -tags $(TAGS) -c -o bin/evaluate.test ./classify/evaluate
	@./bin/evaluate.test -test.run '^TestReport$$' -set "$(SET)" | grep -v '^PASS$$'

schema: build ## the JSON Schemas that editors read
	./bin/polsync schema policy > state/declare/schema/policy.schema.json
	./bin/polsync schema config > state/declare/schema/config.schema.json

clean:
	rm -rf bin polsync-dev
