// Package proof makes and checks proof documents: files that prove to anybody, without
// a node, what stands in a chain – entries of state, the receipt of a transaction, a
// transaction, or a header.
//
// A [Document] carries everything that the proof needs but trust: the header that the
// validators decided, their votes, the validator set, and a path from the header to
// what is claimed. Whom to believe is the caller's: [Verify] takes a [Trust] – a
// genesis, a checkpoint, the digest of a validator set – and says in its [Finding] what
// is proved, and what the document alone says.
//
// The header at height h+k carries the roots of h, so that a claim about the state or a
// receipt of h stands under the header at h+k; k is the chain's root delay.
//
// A document says what a set has decided, not that it still counts: whoever has the keys
// of enough former validators can make another. Where that matters, compare the header
// with one that is known from elsewhere, as package light does.
//
// Invariants:
//   - It imports the kernel only: no storage, no engine, no connection.
//   - A document has one spelling up to white space and the order of members; every
//     other is refused, and so is every change of a single bit.
//   - A refusal names the place: the header, a vote, an entry, a step of a path.
//   - What is decoded is bounded by the size of the text, and that by [MaxSize].
package proof
