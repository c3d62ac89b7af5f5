#!/usr/bin/env bash
# Measures networks of four validators on this machine and, in the same run,
# CometBFT: writes a second, and the time to a receipt at 1,000 a second. A figure
# says something only beside the others of its run. ENGINES, TRANSFERS, PACED and
# ORDERING (inline or digest) choose what is measured; CERTIFIED=1 adds SmartBFT whose
# validators rely on f+1 others' checks, and what that can bring at most.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bin
engines=${ENGINES:-smartbft raft} transfers=${TRANSFERS:-40000} paced=${PACED:-10000}
scratch=$(mktemp -d) status=0
trap 'rm -rf "$scratch"' EXIT

load() { printf 'load average before %s: %s\n' "$1" "$(cut -d' ' -f1-3 /proc/loadavg 2>/dev/null || echo unknown)"; }

go test -c -o bin/chaos.test ./sim/chaos
(cd interop/cometbft && go build -o ../../bin/cometbft .)

measure() { # benchmark, engine, times, checks
	load "$1 with $2, $4"
	# In its folder: the benchmarks build and start what is in this tree.
	(cd sim/chaos && CHECKS=$4 ../../bin/chaos.test -test.run '^$' -test.bench "^$1\$/^$2\$" -test.benchtime "${3}x" -test.timeout 15m) |
		tee "$scratch/$1-$2-$4" | grep -E '^Benchmark.*/s|ms-p50' || true
	grep -q '^PASS' "$scratch/$1-$2-$4" || { tail -n 30 "$scratch/$1-$2-$4" >&2; status=1; }
}
metric() { # file, unit
	awk -v unit="$2" '/^Benchmark/ { for (i = 2; i < NF; i++) if ($(i + 1) == unit) found = $i } END { print found }' "$1"
}
field() { sed -nE "s/^ *\"$1\": ([0-9.]+),?\$/\\1/p" "$scratch/cometbft"; }

for engine in $engines; do
	measure BenchmarkTransfers "$engine" "$transfers" every
	measure BenchmarkFinality "$engine" "$paced" every
done
if [ -n "${CERTIFIED:-}" ]; then
	case " $engines " in *' smartbft '*) ;; *) measure BenchmarkTransfers smartbft "$transfers" every ;; esac
	measure BenchmarkTransfers smartbft "$transfers" certified
	measure BenchmarkFinality smartbft "$paced" certified
fi
load CometBFT
bin/cometbft -nodes 4 -writes "$transfers" -paced "$paced" | tee "$scratch/cometbft"

cores=$(field cores) peer=$(field writesPerSecond)
row() { printf '| %-8s | %7s | %14s | %6s | %8s | %6s | %6s | %-27s | %-5s | %5s | %5s |\n' "$@"; }
printf '\n'
row engine tx/s 'ceiling c/(NV)' share CometBFT 'p50 ms' 'p99 ms' 'scheme of transactions' fsync nodes cores
row --- --- --- --- --- --- --- --- --- --- ---
measured() { # engine, checks, scheme
	local transfers="$scratch/BenchmarkTransfers-$1-$2" finality="$scratch/BenchmarkFinality-$1-$2" rate
	rate=$(metric "$transfers" tx/s) # empty where it failed, as the others
	row "$1" "$(printf %.0f "$rate")" "$(printf %.0f "$(metric "$transfers" ceiling-tx/s)")" "$(printf '%.0f %%' "$(metric "$transfers" %-of-ceiling)")" \
		"× $(awk "BEGIN { printf \"%.2f\", ${rate:-0} / $peer }")" "$(metric "$finality" ms-p50)" "$(metric "$finality" ms-p99)" "$3" yes 4 "$cores"
}
for engine in $engines; do measured "$engine" every 'secp256k1, checked by all'; done
[ -z "${CERTIFIED:-}" ] || measured smartbft certified 'secp256k1, checked by f+1'
row cometbft "$(printf %.0f "$peer")" none - '× 1' "$(field p50Milliseconds)" "$(field p99Milliseconds)" 'none: unsigned writes' yes 4 "$cores"
printf '\np50 and p99 are from when a transaction is due, at 1,000 a second, to its receipt (CometBFT: its block). c are the cores,
N the nodes, V the time to check one signature on one core, measured in the same run.\n'
if [ -n "${CERTIFIED:-}" ]; then
	every=$scratch/BenchmarkTransfers-smartbft-every certified=$scratch/BenchmarkTransfers-smartbft-certified
	awk -v share="$(metric "$every" %-of-ceiling)" -v rate="$(metric "$every" tx/s)" -v certified="$(metric "$certified" tx/s)" \
		-v checks="$(metric "$every" checks/tx)" -v fewer="$(metric "$certified" checks/tx)" 'BEGIN {
		p = share / 100
		printf "\nCertificates: p = %.0f %% of the CPU checks signatures when all four do; half as many checks bring at most\n", share
		printf "1/(1-p/2) = × %.2f. Measured: × %.2f, with %.2f checks of a transaction instead of %.2f.\n", 1 / (1 - p / 2), certified / (rate ? rate : 1), fewer, checks
	}'
fi
exit "$status"
