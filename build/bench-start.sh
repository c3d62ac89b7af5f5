#!/usr/bin/env bash
# Measures start-up and first receipt of credible dev beside npm's anvil, in turn.
set -euo pipefail
cd "$(dirname "$0")/.."
go build -trimpath -o bin/credible ./cmd/credible
go build -trimpath -o bin/startup ./tools/bench/startup
anvil=
if (cd interop/peers && npm install --no-save >/dev/null 2>&1); then
	anvil=$(find interop/peers/node_modules/@foundry-rs -type f -name anvil -size +1M 2>/dev/null | head -n 1)
fi
[ -n "$anvil" ] || printf 'anvil could not be installed from npm; measuring credible alone\n' >&2
exec bin/startup -runs "${RUNS:-10}" -credible bin/credible ${anvil:+-anvil "$anvil"}
