// Package evm is the default virtual machine for EVM bytecode: go-ethereum's
// interpreter over the kernel's state, behind kernel/contract.
//
// It is the one package that links go-ethereum's core/vm (LGPL-3.0), until an
// interpreter of our own replaces it behind the same interface. Nothing of
// go-ethereum's types leaves it.
//
// It is not a transaction processor: nonces, fees, intrinsic gas and access
// list preparation belong to the execution room.
//
// Invariants:
//   - Keccak-256 is the hash inside the EVM on every chain, whatever the suite.
//   - The fast interpreter runs when nobody traces; tracing never changes gas.
//   - Calls between EVM contracts stay inside the interpreter; a call to a
//     native module enters through a precompile and can only read, because the
//     interpreter tells a precompile no caller. DELEGATECALL and CALLCODE into a
//     module fail.
//   - KZG set-up loads when the point evaluation precompile is first called.
package evm
