// Package contract is the kernel's standard for smart contracts: one call
// frame, one ABI and one gas unit for every virtual machine.
//
// A [VM] runs code that stands at an address. It is given a [Frame] – who calls,
// which code, with what value, gas and input – and an [Env], through which it
// reaches state, the block and other contracts. Native (Go), EVM and WASM
// contracts live in one address space and call each other through Env.Call; the
// Solidity ABI is the ABI of all of them.
//
// What it is not: a transaction processor. Nonces, fees, intrinsic gas and
// validity belong to the node's execution room.
//
// Invariants that conformance/contract proves for any VM:
//   - The same frame on the same state gives the same outcome, gas and writes.
//   - A frame never spends more gas than it was given; on a fault it spends all.
//   - A read-only frame changes nothing, at any depth.
//   - A reverted or faulted frame leaves state, logs and refunds as before it.
//   - Depth, code size, event size and memory stay inside chain.Limits.
//   - No input makes a VM panic or run without bound.
package contract
