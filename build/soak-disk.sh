#!/usr/bin/env bash
# Runs one node that retains RETAIN (2048) blocks and takes a snapshot every 512 under load
# for SOAK_DISK (1800) seconds, transfers and tokens in turn among accounts that stay the
# same, and looks every 5 s at what its folder takes. It fails when the second half of the
# time needs a tenth more than the first.
set -euo pipefail
cd "$(dirname "$0")/.."
length=${SOAK_DISK:-1800} retain=${RETAIN:-2048}
go build -trimpath -o bin/credible ./cmd/credible
scratch=$(mktemp -d)
network=$scratch/network
finish() {
	bin/credible network stop "$network" >/dev/null 2>&1 || true
	kill "$watch" 2>/dev/null || true
	rm -rf "$scratch"
}
watch=
trap finish EXIT

bin/credible network create "$network" --nodes 1 --consensus solo --snapshots 512 >/dev/null
sed -i "s/^retain_blocks = .*/retain_blocks = $retain/; s/^retain_state = .*/retain_state = $retain/" "$network"/node0/*.toml
grep -q "^retain_blocks = $retain\$" "$network"/node0/*.toml
bin/credible network start "$network" >/dev/null
url=$(bin/credible network status "$network" -o json | sed -nE 's/.*"rpc": *"([^"]+)".*/\1/p' | head -n 1)

began=$SECONDS
while sleep 5; do
	printf '%s %s\n' "$((SECONDS - began))" "$(du -sm "$network/node0/data" | cut -f1)"
done >"$scratch/disk" &
watch=$!
transactions=0 round=0
while ((SECONDS - began < length)); do
	workload=transfer accounts=10000
	((round % 3 == 2)) && workload=erc20 accounts=256
	# Short ones: afterwards each looks for its transactions, while they are kept.
	bin/credible bench "$workload" --rpc "$url" --key-file "$network/accounts/account0.key" --seed disk --accounts "$accounts" \
		--duration 20s --report "$scratch/report.json" >"$scratch/log" 2>&1 || { cat "$scratch/log" >&2; exit 1; }
	transactions=$((transactions + $(sed -nE 's/^ *"included": ([0-9]+),?$/\1/p' "$scratch/report.json" | head -n 1)))
	round=$((round + 1))
	printf '%5s s: %s transactions, block %s, %s MiB\n' "$((SECONDS - began))" "$transactions" \
		"$(bin/credible network status "$network" -o json | sed -nE 's/.*"height": *([0-9]+).*/\1/p' | head -n 1)" "$(tail -n 1 "$scratch/disk" | cut -d' ' -f2)"
done
awk -v seconds="$length" '
	{ half = $1 * 2 < seconds ? 1 : 2; if ($2 > most[half]) most[half] = $2 }
	END {
		printf "\nat most %d MiB in the first half of the time, %d MiB in the second\n", most[1], most[2]
		exit !(most[1] > 0 && most[2] > 0 && most[2] <= 1.1 * most[1])
	}' "$scratch/disk"
