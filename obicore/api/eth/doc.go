// Package eth serves the Ethereum JSON-RPC view of one chain: the eth, net,
// web3 and txpool namespaces, so that Ethereum clients work unchanged.
//
// It translates and holds no truth of its own: blocks, receipts and state come
// from a node.Chain, and every answer about them is of executed and durable
// blocks. The view of a block is the table in docs/spec/formats ("The Ethereum
// view of a block"). Error codes and texts are those that clients match on.
//
// What it is not: the transport (package jsonrpc), traces (package debug), or
// the methods that edit a development chain (package development).
package eth
