#!/usr/bin/env bash
# Measures this platform and its peers under the same load, one after the other on this
# machine, and prints one table; the reports are kept in bin/bench. SECONDS_EACH (20) is
# the length of each measured part, WARM_UP (10) that of the load before it: memory that a
# process touches for the first time costs it more, the more so on a virtual machine.
# ONLY is a list of rows: solo, erc20, latency; native (Ed25519, beside CometBFT's one
# node), bundles (of 10 calls over 10,000 accounts); network, network-certified (f+1 of the
# validators check each signature), network-native (Ed25519, beside CometBFT's four nodes),
# network-gm (SM2); commitment (leaves of the tree). WRITES (80000), as many before them to
# warm up, and PACED (10000) are CometBFT's. SENDERS is how many accounts send native
# transactions (400).
# Peers: geth --dev (built from its module), anvil (npm), CometBFT's kvstore, tuned
# (interop/cometbft). What cannot be installed is left out, and the table shows it.
set -euo pipefail
cd "$(dirname "$0")/.."
all='solo erc20 latency native bundles network network-certified network-native network-gm commitment'
length=${SECONDS_EACH:-20}s warm=${WARM_UP:-10}s only=${ONLY:-$all} writes=${WRITES:-80000} paced=${PACED:-10000}
out=bin/bench
mkdir -p "$out"
scratch=$(mktemp -d)
pids=()
finish() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	[ -d "$scratch/network" ] && bin/credible network stop "$scratch/network" >/dev/null 2>&1 || true
	[ -d "$scratch/certified" ] && bin/credible network stop "$scratch/certified" >/dev/null 2>&1 || true
	[ -d "$scratch/gm" ] && bin/credible network stop "$scratch/gm" >/dev/null 2>&1 || true
	rm -rf "$scratch"
}
trap finish EXIT

wanted() { # any of these rows
	local row
	for row in "$@"; do case " $only " in *" $row "*) return ;; esac; done
	return 1
}
for row in $only; do
	case " $all " in *" $row "*) ;; *) echo "there is no row $row: choose of $all" >&2 && exit 1 ;; esac
done

go build -trimpath -o bin/credible ./cmd/credible
go build -o bin/bench-table ./tools/bench/table
geth= anvil=
if wanted solo erc20 latency; then
	(cd interop/geth && go build -o ../../bin/geth github.com/ethereum/go-ethereum/cmd/geth) && geth=bin/geth || echo 'geth cannot be built: left out' >&2
	if (cd interop/peers && npm install --no-save >/dev/null 2>&1); then
		anvil=$(find interop/peers/node_modules/@foundry-rs -type f -name anvil -size +1M 2>/dev/null | head -n 1)
	fi
	[ -n "$anvil" ] || echo 'anvil cannot be installed from npm: left out' >&2
fi

await() { # url
	for _ in $(seq 200); do
		curl -s -o /dev/null -H 'Content-Type: application/json' -d '{"jsonrpc":"2.0","id":1,"method":"eth_chainId","params":[]}' "$1" && return
		sleep 0.1
	done
	echo "nothing answers at $1" >&2
	return 1
}
rows=()
measure() { # label, name of the report, arguments of credible bench…
	local label=$1 report=$out/$2.json
	shift 2
	printf '\n== %s (load average %s)\n' "$label" "$(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown)"
	rm -f "$report"
	if bin/credible bench "$@" --warm-up "$warm" --duration "$length" --report "$report"; then rows+=("$label=$report"); else echo "not measured: $label" >&2; fi
}
serve() { # url, command…
	local url=$1
	shift
	"$@" >"$scratch/log" 2>&1 &
	pids+=($!)
	served=$!
	await "$url"
}
gone() { kill "$served" && wait "$served" 2>/dev/null || true; }

port=18650
solo() { # workload, rate, name
	port=$((port + 3))
	serve "http://127.0.0.1:$port" bin/credible dev --rpc "127.0.0.1:$port" --data "$scratch/dev-$port"
	measure "credible dev --data, fsync on" "$3-credible" "$1" --rate "$2" --rpc "http://127.0.0.1:$port" --note 'fsync on: headers, bodies and results'
	gone
	if [ -n "$geth" ]; then
		serve "http://127.0.0.1:$((port + 1))" "$geth" --dev --datadir "$scratch/geth-$port" --http --http.port $((port + 1)) --http.api eth,net,web3 --authrpc.port $((port + 1000)) \
			--port 0 --nodiscover --ipcdisable --verbosity 1 --txpool.accountslots 64 --txpool.globalslots 20000 --dev.gaslimit 100000000 --rpc.batch-response-max-size 100000000
		measure 'geth --dev' "$3-geth" "$1" --rate "$2" --rpc "http://127.0.0.1:$((port + 1))" --note 'datadir on disk'
		gone
	fi
	if [ -n "$anvil" ]; then
		serve "http://127.0.0.1:$((port + 2))" "$anvil" --port $((port + 2)) --silent --block-time 1 --gas-limit 1000000000 --balance 1000000000
		# Its answers take minutes after it has included much, so that it is measured for less long.
		length=6s warm=2s measure 'anvil, in memory, 1 s blocks' "$3-anvil" "$1" --rate "$2" --rpc "http://127.0.0.1:$((port + 2))" --senders 2000 --underway 20000 --note 'in memory, a block a second: when it mines on demand it stalls under this load'
		gone
	fi
}
native=(--family native --batch 1000 --underway 16000 --senders "${SENDERS:-400}")
alone() { # label, name, arguments of credible bench…: native transactions on one node
	port=$((port + 3))
	serve "http://127.0.0.1:$port" bin/credible dev --rpc "127.0.0.1:$port" --data "$scratch/dev-$port"
	measure "$1" "$2" transfer "${native[@]}" --rpc "http://127.0.0.1:$port" --note 'fsync on: headers, bodies and results' "${@:3}"
	gone
}
urls=
open() { # folder, suite, arguments of credible network create…
	bin/credible network create "$scratch/$1" --nodes 4 --crypto "$2" "${@:3}" >/dev/null
	bin/credible network start "$scratch/$1" >/dev/null
	urls=$(bin/credible network status "$scratch/$1" -o json | sed -nE 's/.*"rpc": *"([^"]+)".*/\1/p' | paste -sd,)
}
close() { # folder
	bin/credible network stop "$scratch/$1" >/dev/null
	rm -rf "${scratch:?}/$1"
}
validators() { # label, name, folder, arguments of credible bench…
	measure "$1" "$2" transfer --rpc "$urls" --key-file "$scratch/$3/accounts/account0.key" --note 'four processes, SmartBFT, fsync on' "${@:4}"
}
comet() { # nodes; once for each number
	local report=$out/cometbft-$1.json
	if [ ! -x "$scratch/cometbft" ]; then
		(cd interop/cometbft && go build -o "$scratch/cometbft" .) || { echo 'CometBFT cannot be built: left out' >&2 && return; }
	fi
	printf '\n== CometBFT kvstore, nodes: %s, unsigned writes\n' "$1"
	if "$scratch/cometbft" -nodes "$1" -warm-up "$writes" -writes "$writes" -paced "$paced" >"$report"; then
		cat "$report"
		rows+=("CometBFT kvstore, nodes: $1=$report")
	else
		echo "not measured: CometBFT, nodes: $1" >&2
	fi
}

if wanted solo; then solo transfer max solo; fi
if wanted erc20; then solo erc20 max erc20; fi
if wanted latency; then solo transfer 1000 latency; fi
if wanted native bundles; then
	rows+=(--)
	if wanted native; then
		alone 'credible dev --data, native Ed25519' native --scheme ed25519
		comet 1
	fi
	if wanted bundles; then alone 'credible dev --data, native bundles' bundles --scheme ed25519 --calls 10 --accounts 10000; fi
fi
if wanted network network-certified network-native; then
	rows+=(--)
	if wanted network network-native; then
		open network standard
		if wanted network; then
			validators 'four validators' network-standard network
			validators 'four validators' network-standard-paced network --rate 1000
		fi
		if wanted network-native; then validators 'four validators, native Ed25519' network-native network "${native[@]}" --scheme ed25519; fi
		close network
	fi
	if wanted network-certified; then
		open certified standard --checks certified
		validators 'four validators, certified batches' network-certified certified --checked-by 2
		close certified
	fi
	if wanted network network-native; then comet 4; fi
fi
if wanted network network-gm; then
	rows+=(--)
	open gm gm
	if wanted network; then
		validators 'four validators, GM suite' network-gm gm
		validators 'four validators, GM suite' network-gm-paced gm --rate 1000
	fi
	if wanted network-gm; then validators 'four validators, GM suite, native SM2' network-gm-native gm "${native[@]}" --scheme sm2; fi
	close gm
fi
printf '\n'
[ ${#rows[@]} = 0 ] || bin/bench-table "${rows[@]}"
figure() { sed -nE "s/^ *\"$2\": ([0-9.]+),?\$/\1/p" "$out/$1.json" | head -n 1; }
if [ -f "$out/network-standard.json" ] && [ -f "$out/network-certified.json" ] && wanted network && wanted network-certified; then
	awk -v share="$(figure network-standard shareOfCeiling)" -v every="$(figure network-standard perSecond)" -v some="$(figure network-certified perSecond)" 'BEGIN {
		bound = 1 / (1 - share / 2)
		printf "\nCertified batches: p = %.0f %% of the CPU checks signatures when all four check each; half as many checks bring at most 1/(1-p/2) = × %.2f.\n", 100 * share, bound
		printf "Measured: × %.2f.\n", some / every
	}'
fi
if wanted commitment; then
	printf '\n'
	GOMAXPROCS=1 go test -run '^$' -bench '^Benchmark(Update|Inner)$' ./obicore/ledger/binarytree | awk '
		/^BenchmarkInner/ { hash = $3 }
		/^BenchmarkUpdate/ { leaves = $5 }
		END { printf "Commitment, blocks of 5,000 over a million keys, one core, SHA-256: %d leaves a second; 10 hashes of %.0f ns for each bound it near %d (share %.0f %%).\n", leaves, hash, 1e8 / hash, leaves * hash / 1e6 }'
fi
