// Package development makes chains for development: a genesis with funded,
// well-known accounts and the contracts that Ethereum tools expect, run by one
// validator.
//
// Everybody knows the accounts' keys. Nothing here is for a chain that holds
// anything of worth, and no other package uses these accounts.
package development
