// Package pool keeps verified transactions until a block includes them.
//
// The contract, which txpool_* shows:
//   - A transaction is pending when its nonces from the account's nonce on are
//     all present, otherwise it is queued.
//   - A transaction with the sender and nonce of another replaces it when it
//     offers at least PriceBump per cent more for both the fee cap and the tip
//     cap. At zero price the latest wins, at most Replacements times.
//   - One sender has at most PerSender transactions, and none further than that
//     from the account's nonce.
//   - When the pool is full, a newcomer takes the place of the queued
//     transaction with the lowest tip cap if it is pending itself and offers
//     more; otherwise it is refused. Pending transactions are never evicted.
//   - Order: highest tip cap first, among equals first come first served, and
//     one sender's always by nonce.
//
// The pool checks no signature and no policy: only admitted transactions come
// here. It is a plain value behind a mutex with no goroutine of its own.
package pool
