// Package archive keeps decided blocks of a chain with their proofs in one file, to be
// carried to another node or put away.
//
// A file is a sequence of records, each its length u32 | CRC-32C u32 | payload,
// big-endian. The first payload is the RLP list [format, genesis, identity, from, to],
// each other one [header, proof, body] of the next height. So a file that was cut or
// changed is found out while it is read, and names the record.
//
// Checksums only show that the file is as it was written. That its blocks were decided,
// and what they come to, is found out by the chain that imports them.
package archive
