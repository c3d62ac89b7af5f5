// Package evm is the default virtual machine for EVM bytecode: an interpreter of
// Ethereum's instruction set over the kernel's state, behind kernel/contract.
//
// A [VM] is shared by a chain. Each transaction has a session, which runs frames; a
// frame of code is interpreted by one loop. What an instruction costs beside its fixed
// price is computed before it does anything but make warm and move the refund (price.go),
// so that a tracer sees the whole cost with the stack and memory as the instruction finds
// them.
//
// It is not a transaction processor: nonces, fees, intrinsic gas and access
// list preparation belong to the execution room. The precompiled contracts stand in
// package precompile.
//
// Invariants:
//   - Keccak-256 is the hash inside the EVM on every chain, whatever the suite.
//   - Nothing is paid for tracing when nobody traces; tracing never changes gas.
//   - Calls between EVM contracts stay inside the interpreter. Under rules version 1 a
//     call into a native module can only read; DELEGATECALL and CALLCODE into a module
//     fail (module.go).
//   - A frame that fails leaves state as it found it, with the exception that Ethereum
//     makes: a creator's nonce and the warm address of a creation that failed.
//   - Stack and memory belong to one frame. Input and initcode are views of the memory of
//     the frame around it, which waits; what a frame returns, emits or leaves as code is a
//     copy.
//
// Sources: the Yellow Paper, the execution specifications, and the EIPs named where
// they apply.
package evm
