// Package envelope is what the transaction families share in reading and writing their
// envelopes: fields of canonical RLP, each error with the name of its field, and the
// access list of EIP-2930. It knows no family.
package envelope
