// Package oracle holds go-ethereum's own clients against our chain: ethclient,
// gethclient and the bindings that abigen makes, unmodified and pinned in this
// module's go.mod, so that the main module does not grow by them.
//
// It is not part of the product and exports nothing. Its tests start the binary
// that CREDIBLE names, or build it – or meet the running network in the folder that
// CREDIBLE_NETWORK names – and read the contracts that the client matrix
// has compiled (interop/clients/artifacts; build/clients.sh makes both).
package oracle
