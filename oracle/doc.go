// Package oracle holds go-ethereum's own clients against our chain: ethclient,
// gethclient and the bindings that abigen makes, unmodified and pinned in this
// module's go.mod, so that the main module does not grow by them.
//
// It is not part of the product and exports nothing. Its tests start the binary
// that CREDIBLE names, or build it – or meet the running network in the folder that
// CREDIBLE_NETWORK names – and read the contracts that the client matrix
// has compiled (interop/clients/artifacts; build/clients.sh makes both).
//
// Beside the matrix, its tests hold eth_getProof against go-ethereum's verifier, and
// package patricia our trie against its own. The latter imports the main module: where
// that requires a newer version of what both use, `go mod tidy` belongs here, too.
package oracle
