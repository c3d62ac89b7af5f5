// Package development is the transaction family of development chains in memory:
// transactions without a signature, by which a node acts for an impersonated
// account or records an edit of state.
//
// Whoever can submit one can act for anybody, so the family must be in no other
// chain's registry, and a node refuses it from outside: only its own development
// methods make such transactions.
package development
