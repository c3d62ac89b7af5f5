// Package revert reads why a contract reverted: the output of Solidity's
// Error(string) and Panic(uint256).
//
// It does not know a contract's own errors; clients decode those with its ABI.
// Malformed output has no reason; nothing here fails.
package revert
