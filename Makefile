# What a person or CI runs. Every target works on a fresh machine with Go.
GO ?= go

.PHONY: build test test-full lint

build: ## the binary, into bin/
	$(GO) build -trimpath -o bin/credible ./cmd/credible

test: ## everything that CI runs
	build/test.sh

test-full: ## test, and what takes longer; before a release
	CREDIBLE_TEST_FULL=1 build/test.sh

lint: ## static checks
	build/lint.sh
