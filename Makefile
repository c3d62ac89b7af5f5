# What a person or CI runs. Every target works on a fresh machine with Go.
GO ?= go

.PHONY: bench bench-growth build test test-full soak bench-start bench-network bench-join contracts lint

build: ## the binary, into bin/
	$(GO) build -trimpath -o bin/credible ./cmd/credible

test: ## everything that CI runs
	build/test.sh

test-full: ## test with the long variants; before a release
	CREDIBLE_TEST_FULL=1 build/test.sh

soak: ## long fuzzing, seeds, kill rounds, chaos and pruning, resumable
	build/soak.sh

bench: ## this platform and its peers under the same load; one table
	build/bench.sh

bench-start: ## start-up and first receipt beside anvil
	build/bench-start.sh

bench-growth: ## one node while its state grows to ten million accounts
	build/bench-growth.sh

bench-network: ## four validators under load, and CometBFT beside them
	build/bench-network.sh

bench-join: ## a new node joins a loaded network of a million transactions
	build/bench-join.sh

contracts: ## compile the committed bytecode again and compare
	build/contracts.sh

lint: ## static checks with the pinned golangci-lint
	build/lint.sh
