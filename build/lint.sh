#!/usr/bin/env bash
# Runs the pinned golangci-lint over the main module.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
if [ ! -x bin/golangci-lint ]; then
	(cd build/tools && go build -o ../../bin/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint)
fi
exec bin/golangci-lint run ./...
