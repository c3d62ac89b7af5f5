// Package rpcclient is a small JSON-RPC client over HTTP for the command line and
// for tools: one call at a time, bounded answers, the node's error codes.
//
// Programs of integrators use an Ethereum client library; this is not one.
package rpcclient
