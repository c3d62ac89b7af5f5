// Package pool keeps verified transactions until a block includes them.
//
// The contract, which txpool_* shows:
//   - Each lane of a sender is a sequence of its own: lane 0 with the account's
//     nonce, others with theirs. In the unordered lane every transaction is alone.
//   - A transaction is pending when its nonces from the next of its lane on are
//     all present, otherwise it is queued.
//   - A transaction with the sender and nonce of another replaces it when it
//     offers at least PriceBump per cent more for both the fee cap and the tip
//     cap. At zero price the latest wins, at most Replacements times.
//   - One sender has at most PerSender transactions in all lanes, and none further
//     than that from the next nonce of its lane.
//   - Queued transactions have limits of their own, far below the pool's: of
//     one sender in all lanes (QueuedPerSender), in all (Queued), and in time (QueuedLife).
//   - When there is no room, a newcomer takes that of queued transactions, those
//     of the most crowded sender first: of senders the one with most places in
//     the queue, then the one that has been queueing longest; of its
//     transactions the one with the lowest tip cap, then the highest nonce. What
//     a queued transaction offers does not count between senders, because
//     nothing secures a price that may never be paid.
//   - A pending newcomer may always do so, a queued one if its sender has none
//     queued or no more than the most crowded one even with it. Otherwise it is
//     refused, at a cost that does not grow with the pool, and evicts nobody.
//   - Pending transactions are never evicted. Those that fall into the queue,
//     because one before them was dropped, count as queued from then on.
//   - What is valid up to a height goes when the block after that height could not
//     hold it any more.
//   - Order: highest tip cap first, among equals first come first served, and
//     one sender's always by nonce.
//
// The pool checks no signature and no policy: only admitted transactions come
// here. It is a plain value behind a mutex with no goroutine of its own, so what
// has been queued too long goes when something is added or a block comes.
package pool
