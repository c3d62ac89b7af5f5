#!/usr/bin/env bash
# Runs the test suites in order and says how long each took. CREDIBLE_TEST_FULL=1
# takes the long variants.
set -euo pipefail
cd "$(dirname "$0")/.."

# What tests write lies in memory where 4 GiB are free: hundreds of simulated nodes sync their
# files after each block. What a power cut loses is tried on a file system of its own, and
# networks of real processes sync to the disk.
disk=${TMPDIR:-/tmp} alone=
memory=$(df -Pk /dev/shm 2>/dev/null | awk 'END { print $4 + 0 }') || memory=0
if [ "$memory" -ge $((4 << 20)) ] && ! findmnt -no OPTIONS -T /dev/shm | grep -qw noexec; then
	# One for each clone, in which one run goes at a time, and the same each time: go test
	# remembers results by it.
	TMPDIR=/dev/shm/credible-test-$(pwd | cksum | cut -d ' ' -f 1)
	rm -rf "$TMPDIR"
	mkdir "$TMPDIR"
	export TMPDIR GOTMPDIR=$TMPDIR # which tests take for their folders, too
	# In memory the simulator alone keeps both cores busy, and hands over between goroutines
	# all the time: each time it would wait for other suites. On a disk it waits anyway.
	alone=./sim
	trap 'rm -rf "$TMPDIR"' EXIT
	trap 'exit 130' INT TERM
fi

# Half the time of linking a test goes into tables for debuggers, and vet is a step of its own.
GOFLAGS="$(go env GOFLAGS) -ldflags=-w -vet=off"
export GOFLAGS

step() { # name, command…
	local name=$1 start=$SECONDS
	shift
	printf '\n== %s\n' "$name"
	"$@"
	printf '== %s: %d s\n' "$name" "$((SECONDS - start))"
}

formatting() {
	local unformatted
	unformatted=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go'))
	if [ -n "$unformatted" ]; then
		printf 'gofmt would change:\n%s\n' "$unformatted"
		return 1
	fi
}

# Pure computations and what is tested on one goroutine, which do not gain from the race
# detector, as state tests and vectors.
computations='/(sdk/proof|tools/wallet|obicore/ledger/merklepatricia|obicore/node/journal|kernel/encoding/.*)$'

# One outcome after the other, many of them: what runs side by side below them does so in the
# other tests, too, as what the standard asks of engines does in their own tests and in the
# simulator. They come in the full run only.
walks='PowerCut|Flipped|ThroughManyPatches|EveryHeightReads|APatchLeads|ARestoredLedger|PrunedLedgerKeeps|HasJoinedTakesNo'
walks+='|DamagedPages|NoMutated|NothingPasses|TheIndexFinds|DenseBlocksClose|NoIDOfTheWindow|WhatIsTooMuch|LargerNetworks'
walks+='|(SmartBFT|Simplex|Raft)KeepsTheStandard'

# The command line takes a quarter of the race detector's time, and what runs side by side
# below it is looked at in its own packages: it comes in the full run only.
commands='/tools/cli$'
[ -z "${CREDIBLE_TEST_FULL:-}" ] || commands='^$' walks='^$'

# What runs several goroutines, under the race detector.
race() {
	local raced='./obicore/consensus/... ./obicore/ledger/... ./kernel/... ./obicore/node/... ./obicore/pool ./obicore/execution/... ./obicore/api/...
		./obicore/crypto/... ./obicore/network/... ./sdk/... ./tools/... ./sim'
	simulator_alone nice go test -race -short -timeout 30m -skip "$walks" &&
		nice go test -race -short -p 3 -timeout 30m -skip "$walks" $(go list $raced | grep -Ev "$processes|$computations|$commands${alone:+|/sim$}")
}

# Clients wait for most of their time: they run beside the race detector, which gives way.
race_and_clients() {
	local status=0 log
	log=$(mktemp)
	build/clients.sh >"$log" 2>&1 &
	local clients=$!
	race || status=$?
	wait "$clients" || status=$?
	cat "$log"
	rm -f "$log"
	return "$status"
}

# Networks of real processes come alone: beside other suites they would measure these.
processes='/(sim/chaos|tools/network)$'

# What is named runs alone, or nothing where the simulator comes with the others.
simulator_alone() { [ -z "$alone" ] || "$@" $alone; }

unit() {
	simulator_alone go test -timeout 60m &&
		go test -timeout 60m $(go list ./... | grep -Ev "$processes${alone:+|/sim$}")
}

# Chaos drops packets with nft. Without it those faults are left out, and the log says so.
packet_filter() {
	if command -v nft >/dev/null; then
		return
	elif [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq nftables >/dev/null; then
		return
	fi
	echo 'no nft here, so that chaos loses no packets: as root, apt-get install nftables'
}

networks() { packet_filter; TMPDIR=$disk GOTMPDIR=$disk go test -count=1 -timeout 40m -p 1 -v $(go list ./... | grep -E "$processes") | grep -Ev '^=== '; }

without_cgo() {
	CGO_ENABLED=0 go test -timeout 30m ./obicore/crypto/... ./obicore/node/... ./obicore/transaction/...
	CGO_ENABLED=0 go test -short ./cmd/... # which kills the binary fewer times
	# Random programs beside go-ethereum's interpreter, whose C library is not ours.
	(cd oracle && CGO_ENABLED=0 EVM_SEEDS=${CREDIBLE_TEST_FULL:+30000} go test -timeout 30m ./evm)
}

cross() {
	local target
	for target in linux/arm64 darwin/arm64 windows/amd64; do
		printf '%s\n' "$target"
		CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -o /dev/null ./cmd/credible
	done
}

step "formatting" formatting
step "vet" go vet ./...
step "lint" build/lint.sh
step "unit, conformance and vector tests" unit
step "networks of real processes" networks
step "without cgo" without_cgo
step "cross-builds without cgo" cross
step "race detector, and real clients beside it" race_and_clients
