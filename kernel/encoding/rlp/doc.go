// Package rlp reads and writes RLP, the Recursive Length Prefix encoding of the Ethereum yellow paper (appendix B), in
// its one canonical form. Every hashed value of the kernel is written with it.
//
// Writing is appending: each Append function adds one item to a byte slice. A list is written by appending its items
// to a payload and wrapping that payload with AppendList.
//
// Reading is walking: a Reader goes over a sequence of items and hands out sub-slices of its input; it never copies,
// never recurses and allocates only for errors and for the Readers of nested lists.
//
// Invariants:
//   - There is exactly one encoding of each value. A Reader refuses every other one: a length that is written longer
//     than needed or with leading zeros, a single byte below 0x80 with a header, an integer with leading zeros.
//   - What Validate accepts and is read item by item gives the same bytes when it is written again.
//   - A length header never makes the package allocate or read beyond its input, up to 2^64-1 in the header.
//   - A Reader that returned an error stands where it stood before the call.
//
// It is not a reflection-based codec: types encode themselves, so that no field order hides in a struct definition.
// Lists returned by List and Raw are checked when they are read, not before; use Validate to check a whole item.
package rlp
