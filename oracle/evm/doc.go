// Package evm runs random programs on the platform's interpreter and on go-ethereum's,
// and compares every step of both, their results, and what they leave in state.
//
// Its tests are built without cgo only: with it, go-ethereum's crypto and the platform's
// would link two C libraries of the same names (see package patricia).
package evm
