// Package debug serves the debug namespace of one chain: traces of past
// transactions, of blocks and of calls, and raw transactions.
//
// A block is traced by executing it again on the state before it, with the
// writes that open it and in the order that was decided; a transaction that was
// void is shown as void. The state before the block must still be kept
// (node.Options.RetainState).
//
// What it is not: the tracers (package tracer), or a debugger. It changes
// nothing.
//
// Invariant: a replay gives the status and gas of the stored receipt; where it
// does not, the answer is an error and never a wrong trace.
package debug
