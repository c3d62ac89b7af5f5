#!/usr/bin/env bash
# Measures one node while its state grows: for each number of accounts they are made – paid
# once in turn, in bundles of 1,000 calls –, then accounts drawn among all of them are paid
# by Ethereum's transfers and by bundles of 10 calls, then the node is stopped and opened
# again. It says how much memory the node has held at most since it was opened. SIZES (10000 100000 1000000 10000000) and
# SECONDS_EACH (20) choose what; the reports are kept in bin/growth. A figure says something
# only beside the others of its run.
set -euo pipefail
cd "$(dirname "$0")/.."
sizes=${SIZES:-10000 100000 1000000 10000000} length=${SECONDS_EACH:-20}s
out=bin/growth port=18750
mkdir -p "$out"
go build -trimpath -o bin/credible ./cmd/credible
go build -o bin/bench-table ./tools/bench/table
scratch=$(mktemp -d)
url=http://127.0.0.1:$port
served=
trap 'kill "$served" 2>/dev/null || true; rm -rf "$scratch"' EXIT

serve() { # prints how long it takes until it answers, in milliseconds
	local began
	began=$(date +%s%N)
	bin/credible dev --rpc "127.0.0.1:$port" --data "$scratch/data" >"$scratch/log" 2>&1 &
	served=$!
	for _ in $(seq 6000); do
		if curl -s -o /dev/null -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' "$url"; then
			opened=$((($(date +%s%N) - began) / 1000000))
			return
		fi
		sleep 0.01
	done
	echo 'the node does not answer' >&2
	return 1
}
stop() {
	kill "$served"
	wait "$served" 2>/dev/null || true
}
held() { awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$served/status" 2>/dev/null || echo unknown; }
paid=(transfer --rpc "$url" --seed growth)
bundles=(--family native --scheme ed25519)
rows=() lines=()
serve
for size in $sizes; do
	printf '\n== %s accounts (load average %s)\n' "$size" "$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
	bin/credible bench "${paid[@]}" "${bundles[@]}" --accounts "$size" --in-turn --calls 1000 --batch 4 --underway 40 --senders 50 --report "$out/fill-$size.json"
	bin/credible bench "${paid[@]}" --accounts "$size" --duration "$length" --report "$out/transfers-$size.json"
	bin/credible bench "${paid[@]}" "${bundles[@]}" --accounts "$size" --calls 10 --batch 256 --underway 4000 --duration "$length" --report "$out/bundles-$size.json"
	rows+=("$size accounts, transfers=$out/transfers-$size.json" "$size accounts, bundles=$out/bundles-$size.json")
	memory=$(held)
	stop
	serve
	disk=$(du -sm "$scratch/data" | cut -f1)
	lines+=("| $size | $memory MiB | $opened ms | $disk MiB |")
	stop
	serve
done
stop
printf '\n'
bin/bench-table "${rows[@]}"
printf '\n| accounts | memory at most | opened again in | on disk |\n|---|---|---|---|\n'
printf '%s\n' "${lines[@]}"
