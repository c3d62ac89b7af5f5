// Package development serves the JSON-RPC methods by which Hardhat's and Anvil's
// users steer a development chain: snapshots, time, mining and edits of state.
//
// Edits and rewinds work on chains in memory only; elsewhere each method answers
// with an error that says so. An edit is recorded as a transaction in the next
// block, and shows in the latest state at once.
package development
