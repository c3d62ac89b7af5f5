#!/usr/bin/env bash
# Measures this platform and its peers under the same load, one after the other on this
# machine, and prints one table; the reports are kept in bin/bench. SECONDS_EACH (20) is
# the length of each measured part, ONLY a list of rows: solo, erc20, latency, network.
# Peers: geth --dev (built from its module), anvil (npm), CometBFT's kvstore, tuned
# (interop/cometbft). What cannot be installed is left out, and the table shows it.
set -euo pipefail
cd "$(dirname "$0")/.."
length=${SECONDS_EACH:-20}s only=${ONLY:-solo erc20 latency network}
out=bin/bench
mkdir -p "$out"
scratch=$(mktemp -d)
pids=()
finish() {
	for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
	[ -d "$scratch/network" ] && bin/credible network stop "$scratch/network" >/dev/null 2>&1 || true
	[ -d "$scratch/gm" ] && bin/credible network stop "$scratch/gm" >/dev/null 2>&1 || true
	rm -rf "$scratch"
}
trap finish EXIT

wanted() { case " $only " in *" $1 "*) ;; *) return 1 ;; esac; }

go build -trimpath -o bin/credible ./cmd/credible
go build -o bin/bench-table ./tools/bench/table
geth= anvil=
(cd interop/geth && go build -o ../../bin/geth github.com/ethereum/go-ethereum/cmd/geth) && geth=bin/geth || echo 'geth cannot be built: left out' >&2
if (cd interop/peers && npm install --no-save >/dev/null 2>&1); then
	anvil=$(find interop/peers/node_modules/@foundry-rs -type f -name anvil -size +1M 2>/dev/null | head -n 1)
fi
[ -n "$anvil" ] || echo 'anvil cannot be installed from npm: left out' >&2

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
	if bin/credible bench "$@" --duration "$length" --report "$report"; then rows+=("$label=$report"); else echo "not measured: $label" >&2; fi
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
		measure 'anvil, in memory, 1 s blocks' "$3-anvil" "$1" --rate "$2" --rpc "http://127.0.0.1:$((port + 2))" --senders 2000 --underway 20000 --note 'in memory, a block a second: when it mines on demand it stalls under this load'
		gone
	fi
}
network() { # folder, suite, label
	bin/credible network create "$scratch/$1" --nodes 4 --crypto "$2" >/dev/null
	bin/credible network start "$scratch/$1" >/dev/null
	local urls
	urls=$(bin/credible network status "$scratch/$1" -o json | sed -nE 's/.*"rpc": "([^"]+)".*/http:\/\/\1/p' | sed 's#http://http://#http://#' | paste -sd,)
	measure "$3" "network-$2" transfer --rpc "$urls" --key-file "$scratch/$1/accounts/account0.key" --note 'four processes, SmartBFT, fsync on'
	measure "$3" "network-$2-paced" transfer --rate 1000 --rpc "$urls" --key-file "$scratch/$1/accounts/account0.key" --note 'four processes, SmartBFT, fsync on'
	bin/credible network stop "$scratch/$1" >/dev/null
}

if wanted solo; then solo transfer max solo; fi
if wanted erc20; then solo erc20 max erc20; fi
if wanted latency; then solo transfer 1000 latency; fi
if wanted network; then
	network network standard 'four validators'
	network gm gm 'four validators, GM suite'
	(cd interop/cometbft && go build -o ../../bin/cometbft .)
	for nodes in 1 4; do
		printf '\n== CometBFT kvstore, %s nodes, unsigned writes\n' "$nodes"
		bin/cometbft -nodes "$nodes" -writes 40000 -paced 10000
	done
fi
printf '\n'
bin/bench-table "${rows[@]}"
