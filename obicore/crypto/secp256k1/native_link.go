//go:build cgo && linux

package secp256k1

// go-ethereum's crypto package, which the EVM links for now, carries a second
// copy of libsecp256k1 with the same symbol names. Both copies have the same data
// layout, so the linker may take either; the known-answer tests of this
// package run against whatever it took. Linkers other than GNU's have no such
// option, so other systems use the portable arithmetic until the EVM is our own.

// #cgo LDFLAGS: -Wl,--allow-multiple-definition
import "C"
