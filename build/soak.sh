#!/usr/bin/env bash
# Long runs: every fuzz target for SOAK_SECONDS (default 120), seeds of the simulator
# in slices, SOAK_ROUNDS kills (default 1000) of a loaded chain, and SOAK_CHAOS seconds
# (default 1800) of faults against a network of processes. What is done is noted in
# bin/soak.done, so that an interrupted run goes on where it stopped; remove the file
# to start again. The first argument, if any, names the only kind to run: fuzz, seeds,
# kills, chaos or disk.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
done_file=bin/soak.done
touch "$done_file"
only=${1:-}

wanted() { [ -z "$only" ] || [ "$only" = "$1" ]; }

# once NAME COMMAND… runs a step that is not done yet and notes it.
once() {
	local name=$1 start=$SECONDS
	shift
	if grep -qF "$name · " "$done_file"; then
		return
	fi
	printf '\n== %s\n' "$name"
	"$@"
	printf '%s · %d s\n' "$name" "$((SECONDS - start))" >>"$done_file"
}

if wanted fuzz; then
	seconds=${SOAK_SECONDS:-120}
	for package in $(go list ./...); do
		for target in $(go test -list '^Fuzz' "$package" 2>/dev/null | grep '^Fuzz' || true); do
			once "fuzz $package $target $seconds" go test -run '^$' -fuzz "^$target\$" -fuzztime "${seconds}s" "$package"
		done
	done
fi

# seeds NAME FIRST TEST PACKAGE: 500 seeds of whole nodes in virtual time.
seeds() { SIM_SEED=$1 SIM_SEEDS=500 go test -count=1 -timeout 4h -run "^$2\$" "$3"; }

if wanted seeds; then
	for ((slice = 0; slice < ${SOAK_SLICES:-4}; slice++)); do
		first=$((1 + 500 * slice))
		once "whole nodes, smartbft, seeds from $first" seeds "$first" TestSeeds ./sim
		once "whole nodes, raft, seeds from $first" seeds "$first" TestRaftSeeds ./sim
		once "whole nodes, simplex, seeds from $first" seeds "$first" TestSimplexSeeds ./sim
	done
	for ((slice = 0; slice < 20; slice++)); do
		once "reference engine, slice $slice of 5000 seeds" env CONFORMANCE_SEEDS=5000 CONFORMANCE_SEED=$((1 + 5000 * slice)) \
			go test -count=1 -v -timeout 4h -run TestAnySeedOfFaultsEndsInAgreement ./conformance/consensus
	done
fi

if wanted kills; then
	rounds=${SOAK_ROUNDS:-1000}
	for ((slice = 0; slice < rounds / 200; slice++)); do
		once "kill slice $slice of $rounds" env CREDIBLE_TEST_FULL=1 go test -count=1 -timeout 2h -v ./cmd/credible
	done
fi

if wanted chaos; then
	for engine in smartbft raft; do
		once "chaos, $engine, ${SOAK_CHAOS:-1800} s" env CHAOS_SECONDS="${SOAK_CHAOS:-1800}" \
			go test -count=1 -timeout 3h -v -run "Faults.*/$engine" ./sim/chaos
	done
fi

if wanted disk; then
	once "disk of a node that prunes, ${SOAK_DISK:-1800} s" build/soak-disk.sh
fi
printf '\nsoak: %s steps done\n' "$(wc -l <"$done_file")"
