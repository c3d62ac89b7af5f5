// Package snapshot keeps the state of one height in a folder, with everything that a
// node needs to begin there and that shows that the state is the chain's: others can
// check it, restore it, and fetch it part by part: a [Library] gives, a [Download] takes.
//
// # Files
//
//	manifest                what the snapshot is of, and the digests of the indexes; written last
//	trail                   how the validator set came from genesis to the last header
//	links                   headers, proofs and transaction ids of the blocks below the height
//	blocks                  the block of the height and the k that follow, with results
//	seals                   the k headers above, which carry the roots of those blocks
//	state                   the entries of the state, chunk by chunk
//	NAME.index              size and digest of each part of NAME
//
// A section is a sequence of parts of at most 1 MiB – in state a part is a chunk, and
// larger only when its one entry is – each of which its index names by digest; the
// manifest names the blocks of the indexes. So any part can be fetched alone and checked
// as it arrives. docs/spec/formats describes the encodings.
//
// # What makes it true
//
// Digests only show that nothing was changed since. That it is the chain's state follows
// from genesis: hand-overs lead from its validator set to the set that decided the last
// header; that header names the one before, down to the first link; and headers carry the
// roots of ids, results and state; bodies hold the transactions with those ids, their
// signatures good. Where the trail does not begin at genesis – the node that gave the
// snapshot had pruned it, or people have recovered the chain – whoever restores must trust
// the hash of a header instead.
//
// It is no network protocol, and knows nothing of how a ledger stores what it restores.
package snapshot
