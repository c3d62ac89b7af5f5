// Package jsonrpc is a JSON-RPC 2.0 server over HTTP and WebSocket on one port, made for clients that may be hostile.
//
// It knows nothing of blockchains: methods and subscriptions come from a Registry, metrics leave through an observer.
// It is not a client, it does no authentication and no TLS, and it serves no files.
//
// A message is what a client sends at once: one HTTP body or one WebSocket message, holding a call or a batch.
//
// Invariants:
//   - The calls of a batch run one after the other in their order, and their responses are one array in that order.
//     Different messages run concurrently.
//   - A message is checked as a whole before any of its calls runs: syntax, UTF-8, depth, repeated member names, nothing
//     behind the value. Otherwise the answer is one ParseError and nothing has run.
//   - An id comes back exactly as it was sent; a call without an id gets no response.
//   - The response that carries a subscription's id precedes every notification of it.
//   - Nobody blocks on a slow client but the calls of that client: notifications are queued up to a limit, behind which
//     the connection is closed. No subscription ends in silence: whatever cannot be delivered closes the connection, with
//     the reason.
//   - Every queue, size, depth, count and wait has a named limit (Limits, PortLimits); memory held for clients is
//     bounded by MaxBufferedBytes for the whole server.
//   - A panic of a handler ends that call only; the client sees InternalError, the log sees the stack.
//   - Server.Close ends every goroutine that the server started and waits for it.
//
// Sources: JSON-RPC 2.0 (https://www.jsonrpc.org/specification), RFC 8259, RFC 6455, EIP-1474; error texts follow
// go-ethereum, because clients match on them.
package jsonrpc
