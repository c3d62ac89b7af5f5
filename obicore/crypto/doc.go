// Package crypto holds the default crypto suites: standard for international
// algorithms and gm for the Chinese national ones. The suites live in the folders
// below; this package has no code of its own.
//
// Both suites contain the secp256k1 scheme with Ethereum's address rule, so that
// unmodified Ethereum clients work on every chain.
package crypto
