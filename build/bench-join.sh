#!/usr/bin/env bash
# Measures how long a new node takes to join a network of four validators that has made
# TRANSACTIONS (1000000) and is loaded at half of what it bore, in requests of the same
# size: from `network add-node --snapshot` until the node is a validator that follows.
# ACCOUNTS (100000) are paid; the nodes take a snapshot every 50,000 transactions.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=${TRANSACTIONS:-1000000} accounts=${ACCOUNTS:-100000}
go build -trimpath -o bin/credible ./cmd/credible
scratch=$(mktemp -d)
network=$scratch/network load=
finish() {
	kill "$load" 2>/dev/null || true
	bin/credible network stop "$network" >/dev/null 2>&1 || true
	rm -rf "$scratch"
}
trap finish EXIT
figure() { sed -nE "s/^ *\"$1\": ([0-9.]+),?\$/\\1/p" "$scratch/report.json" | head -n 1; }
heights() { bin/credible network status "$network" -o json | sed -nE 's/.*"height": *([0-9]+).*/\1/p' | tr '\n' ' '; }
bench() {
	bin/credible bench transfer --rpc "$urls" --key-file "$network/accounts/account0.key" --seed join --accounts "$accounts" "$@" >"$scratch/log" 2>&1 ||
		{ cat "$scratch/log" >&2; return 1; }
}

bin/credible network create "$network" --nodes 4 --snapshots 1000 >/dev/null
sed -i '/^\[snapshots\]/,/^\[/ s/^transactions = 0$/transactions = 50000/' "$network"/node*/*.toml
sed -n '/^\[snapshots\]/,/^\[/p' "$network"/node0/*.toml | grep -q '^transactions = 50000$'
bin/credible network start "$network" >/dev/null
urls=$(bin/credible network status "$network" -o json | sed -nE 's/.*"rpc": *"([^"]+)".*/\1/p' | paste -sd,)
made=0
while ((made < wanted)); do
	bench --duration 60s --report "$scratch/report.json"
	made=$((made + $(figure included))) most=$(figure perSecond)
	printf '%s transactions, %.0f a second, heights %s\n' "$made" "$most" "$(heights)"
done
rate=$(awk "BEGIN { print int($most / 2) }")
printf 'load of %s a second\n' "$rate"
bench --rate "$rate" --batch 100 --duration 120s --report "$scratch/report.json" &
load=$!
sleep 10 # until the load has come up
began=$(date +%s%N)
bin/credible network add-node "$network" --snapshot
printf 'joined after %s s under this load, heights %s\n' "$(awk "BEGIN { printf \"%.1f\", ($(date +%s%N) - $began) / 1e9 }")" "$(heights)"
wait "$load"
load=
printf 'during the load: %.0f a second included\n' "$(figure perSecond)"
# Of five validators four decide: without one of the old ones the new one has to vote.
bin/credible network kill "$network" node1
bench --rate 100 --duration 5s --report "$scratch/report.json"
bin/credible network status "$network"
