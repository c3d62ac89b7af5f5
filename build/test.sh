#!/usr/bin/env bash
# Runs the test suites in order and says how long each took.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { # name, command…
	local name=$1 start=$SECONDS
	shift
	printf '\n== %s\n' "$name"
	"$@"
	printf '== %s: %d s\n' "$name" "$((SECONDS - start))"
}

cross() {
	local target
	for target in linux/arm64 darwin/arm64 windows/amd64; do
		printf '%s\n' "$target"
		CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -o /dev/null ./cmd/credible
	done
}

formatting() {
	local unformatted
	unformatted=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go'))
	if [ -n "$unformatted" ]; then
		printf 'gofmt would change:\n%s\n' "$unformatted"
		return 1
	fi
}

step "formatting" formatting
step "vet" go vet ./...
step "unit, conformance and vector tests" go test -timeout 30m ./...
step "cross-builds without cgo" cross
