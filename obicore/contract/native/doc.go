// Package native is the virtual machine of native modules: contracts written in
// Go that stand at fixed addresses and speak the Solidity ABI.
//
// A module looks like a contract from outside – it has a byte of code, an
// address and an ABI – and reaches state only through contract.State, so that it
// is journaled, proved and traced like any other contract. Modules are named in
// the distribution's main, never deployed.
//
// Invariants: a module runs as itself only and takes no value; each function has
// a price. EVM code reaches a module read-only, by CALL and STATICCALL;
// DELEGATECALL and CALLCODE into it fail.
package native
