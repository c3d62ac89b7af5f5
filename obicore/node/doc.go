// Package node assembles chains from the modules of a registry and runs them.
//
// A [Chain] is a value: genesis, suite, families, executor, ledger, pool and
// engine of one chain. One process may run several, and stopping one does not
// touch another. The way of a transaction is forward only:
//
//	Submit → pool → engine (Propose, Validate) → Commit → subscribers
//
// The package imports no module: a distribution's main gives it a
// kernel.Registry. It serves no network protocol either; the api room does.
//
// Invariants:
//   - `latest` is the last executed and durable block. Whatever a caller or
//     subscriber has been shown of it survives a crash.
//   - A signature is checked once: a transaction that was verified for the pool
//     is not verified again for the block. Or it is not checked here, where
//     Options.Checks says so: what is relied on is never stated to others, and is
//     executed no differently.
//   - The node stops, and says why, when the ledger fails or a decided root
//     differs from its own.
package node
