// Package scheme holds what the signature schemes of the default suites share: the
// table of a suite's schemes, key generation from injected randomness, the item by
// item batch, the 64-byte r‖s encoding, and the guard that keeps secrets out of
// printed text.
//
// It knows no algorithm. Every check here fails with one of the kernel's sentinel
// errors, wrapped with the reason, and never with the secret.
package scheme
