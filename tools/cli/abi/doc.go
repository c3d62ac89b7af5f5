// Package abi encodes calls of contracts from text and decodes their answers to
// text, by the Solidity contract ABI specification.
//
// It serves the command line: a signature such as "transfer(address,uint256)(bool)"
// and arguments as a person types them. It is not a library for programs; those use
// an Ethereum client library. Fixed-point numbers and function types are left out.
//
// Invariants:
//   - What comes from a node or a file is decoded within named limits and never
//     panics.
//   - An encoded value decodes to the text it came from, up to spelling.
package abi
