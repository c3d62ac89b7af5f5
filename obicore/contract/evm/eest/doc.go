// Package eest runs the Ethereum execution specification's state tests through
// the production executor, state overlay and EVM.
//
// It holds tests only. The expected results are the roots of Ethereum's trie, which
// the commitment that chains can choose computes from the flat entries.
package eest
