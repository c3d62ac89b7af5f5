#!/usr/bin/env bash
# Compiles the Solidity sources whose bytecode is committed, and fails when the
# committed bytecode is another.
set -euo pipefail
cd "$(dirname "$0")/.."
build/clients.sh install >/dev/null
node build/contracts.js tools/development/contracts/Multicall3.sol tools/development/contracts/Multicall3.bin-runtime
for contract in Token Evidence; do
	node build/contracts.js "tools/bench/contracts/$contract.sol" "tools/bench/contracts/$contract.bin-runtime"
done
git diff --exit-code -- tools/development/contracts tools/bench/contracts
