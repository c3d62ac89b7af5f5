// Package api serves chains over HTTP and WebSocket on one port: JSON-RPC at the
// root for the first chain and at /chain/NAME for each, metrics at /metrics, and
// /healthz and /readyz for operators.
package api
