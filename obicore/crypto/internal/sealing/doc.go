// Package sealing adapts the standard library's AEADs to the kernel's: a nonce of
// the wrong length, which may come from a damaged file, is an error and not a panic,
// and every failure to open is crypto.ErrCipher.
//
// It is not a cipher. Nonces are the caller's: a nonce is never used twice with one key.
package sealing
