// Package chain holds the value types that every direction of the kernel
// shares: hashes, addresses, blocks, transactions, receipts, validators,
// genesis, and their canonical encoding.
//
// It is the vocabulary of the standard, not a behaviour: nothing here opens a
// file, starts a goroutine or knows which hash function or signature scheme a
// chain uses. Hash functions arrive as a [Hasher]; keys and signatures are
// opaque bytes under a [Scheme] number.
//
// Invariants:
//   - Every hashed value is encoded as canonical RLP and decodes strictly: for
//     each accepted input, encoding the decoded value gives the input again.
//   - Values are immutable once they have left the function that built them.
//   - Amounts are 256-bit big-endian words; heights, lanes and nonces are uint64;
//     block time is milliseconds since the Unix epoch.
//   - The package imports only the standard library and kernel/encoding.
package chain
