package merklepatricia

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Kind is the stable name that proofs of this commitment carry.
const Kind = "patricia/1"

// Commitment has no state of its own.
type Commitment struct{}

var _ ledger.MultiCommitment = Commitment{}

// New returns the commitment; it is a [ledger.NewCommitment]. The chain's hash
// function has no part in it.
func New(chain.Hasher) ledger.Commitment { return Commitment{} }

// Kind returns "patricia/1".
func (Commitment) Kind() string { return Kind }

// The hashes of nothing, as Ethereum has them.
var (
	emptyRoot = keccak.Keccak256([]byte{0x80}) // of a trie without entries
	emptyCode = keccak.Keccak256()
)

// Root returns the root of the account trie in nodes.
func (Commitment) Root(nodes ledger.Nodes) (chain.Hash, error) {
	encoded, err := nodes.Node(accountTrie.record(&place{}))
	if err != nil || encoded == nil {
		return emptyRoot, err
	}
	return keccak.Keccak256(encoded), nil
}
