// Package evmsample holds the samples that conformance/contract needs, as EVM bytecode,
// for every VM that runs it. They are assembled here, byte by byte.
//
// It is not a compiler: it knows the few instructions that the samples use.
package evmsample
