// Package provable is a chain on paper: one decided block with everything that can be
// proved of it, the same at every run. Tests and vectors of proof documents are made of
// it; nothing of it was ever executed.
package provable

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// Height is that of the block.
const Height = 7

// Chain is the chain. Its block has the transactions 0 and 1 in a batch after an empty
// one, and 2 in another: one succeeded, one failed, one is void.
type Chain struct {
	Suite    crypto.Suite
	Genesis  *chain.Genesis
	Identity chain.Hash
	Set      *chain.ValidatorSet
	Wires    [][]byte
	IDs      []chain.Hash
	Results  *chain.Results
	Entries  []chain.Write   // of the state after the block
	Headers  []*chain.Header // of heights Height to Height+k

	commitment ledger.MultiCommitment
	nodes      nodes
	signer     crypto.Signer
}

// nodes are the nodes of the commitment by their names.
type nodes map[string][]byte

// Node implements ledger.Nodes.
func (n nodes) Node(name []byte) ([]byte, error) { return n[string(name)], nil }

// New makes the chain.
func New(suite crypto.Suite, commitment ledger.NewCommitment, rootDelay uint64) (c *Chain, err error) {
	c = &Chain{Suite: suite, commitment: commitment(suite).(ledger.MultiCommitment), nodes: nodes{}}
	for _, step := range []func() error{func() error { return c.found(rootDelay) }, c.sign, c.execute} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	c.seal(rootDelay)
	return c, nil
}

// secret is the key of whatever signs.
func secret() []byte {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(i + 1)
	}
	return key
}

// found makes genesis.
func (c *Chain) found(rootDelay uint64) error {
	scheme, err := c.Suite.Scheme(c.Suite.Default())
	if err != nil {
		return err
	}
	if c.signer, err = scheme.Import(secret()); err != nil {
		return err
	}
	key := c.signer.Public()
	c.Genesis = &chain.Genesis{
		Format: 1, Name: "provable", EVMChainID: 7, Time: 1_700_000_000_000, Crypto: c.Suite.Name(), Consensus: solo.Name, Commitment: "binary",
		RootDelay: rootDelay, Window: 1024, GasLimit: 60_000_000, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}},
		Validators: []chain.GenesisMember{{
			ID: chain.Hash{1}, ConsensusKey: chain.GenesisKey{Scheme: key.Scheme.String(), Key: key.Bytes},
			ExportKey: chain.GenesisKey{Scheme: "none"}, Organisation: "org-1", Weight: 1,
		}},
		Allocation: chain.Allocation{},
	}
	if c.Identity, err = c.Genesis.Identity(c.Suite); err != nil {
		return err
	}
	c.Set, err = c.Genesis.ValidatorSet()
	return err
}

// sign makes the transactions.
func (c *Chain) sign() error {
	signer, err := secp256k1.New().Import(secret())
	if err != nil {
		return err
	}
	for nonce := range uint64(3) {
		transfer := ethereum.Transaction{Type: 2, ChainID: 7, Nonce: nonce, Gas: 21_000, To: &chain.Address{0x77}, Value: chain.WordFromUint64(nonce)}
		signed, err := transfer.Sign(keccak.Keccak256, ethereum.SignWith(signer))
		if err != nil {
			return err
		}
		c.Wires, c.IDs = append(c.Wires, signed.Encode()), append(c.IDs, signed.ID(keccak.Keccak256))
	}
	return nil
}

// execute writes down the state and the results.
func (c *Chain) execute() error {
	for n := range byte(40) {
		owner := chain.Address{n, 1}
		c.Entries = append(c.Entries,
			chain.Write{Key: chain.AccountKey(owner), Value: chain.Account{Nonce: uint64(n), Balance: chain.WordFromUint64(1000 + uint64(n))}.Encode()},
			chain.Write{Key: chain.StorageKey(owner, chain.WordFromUint64(uint64(n))), Value: []byte{n + 1}},
			chain.Write{Key: chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: "name"}, Value: []byte{n, n}},
		)
	}
	change, err := c.commitment.Update(c.nodes, c.Entries)
	if err != nil {
		return err
	}
	for _, node := range change.Nodes {
		c.nodes[string(node.Name)] = node.Value
	}
	paid := chain.Log{Address: chain.Address{0x77}, Topics: []chain.Hash{{5}}, Data: []byte("paid")}
	c.Results = &chain.Results{
		StateRoot: change.Root, Opening: c.Entries[2:3],
		Transactions: []chain.Result{
			{Receipt: chain.Receipt{Status: chain.StatusSucceeded, GasUsed: 21_000, Logs: []chain.Log{paid}}, Writes: c.Entries[:2]},
			{Receipt: chain.Receipt{Status: chain.StatusFailed, GasUsed: 21_000}, Writes: c.Entries[3:4]},
			{Receipt: chain.Receipt{Status: chain.StatusFailed, Reason: chain.ReasonBalance}},
		},
	}
	return nil
}

// Batches are the ids of the block as they stand in its body.
func (c *Chain) Batches() [][]chain.Hash { return [][]chain.Hash{{}, c.IDs[:2], c.IDs[2:]} }

// seal makes the block's header and those up to the one that carries its roots.
func (c *Chain) seal(rootDelay uint64) {
	parent := chain.Hash{9}
	set := c.Set.Hash(c.Suite)
	for i := range rootDelay + 1 {
		header := &chain.Header{
			Rules: 1, Chain: c.Identity, Height: Height + i, Parent: parent, Time: c.Genesis.Time + 1 + i, GasLimit: c.Genesis.GasLimit,
			TransactionRoot: chain.TransactionRoot(c.Suite, nil), StateRoot: chain.Hash{8, byte(i)}, ResultRoot: chain.Hash{7, byte(i)},
			Validators: set, NextValidators: set, Proposer: c.Set.Members[0].ID, Randomness: c.Suite.Sum(parent[:]),
		}
		if i == 0 {
			header.TransactionRoot, header.TransactionCount = chain.TransactionRoot(c.Suite, c.Batches()), uint64(len(c.IDs))
		}
		if i == rootDelay {
			header.StateRoot, header.ResultRoot = c.Results.StateRoot, c.Results.Root(c.Suite)
		}
		c.Headers = append(c.Headers, header)
		parent = header.Hash(c.Suite)
	}
}

// Under returns a document without a claim under a header, which the validator signs.
func (c *Chain) Under(header *chain.Header) (*proof.Document, error) {
	hash := header.Hash(c.Suite)
	signature, err := c.signer.Sign(chain.SigningHash(c.Suite, chain.DomainVote, c.Identity, "solo/commit", hash[:]))
	if err != nil {
		return nil, err
	}
	decision := chain.Proof{Kind: solo.Kind, Bytes: signature}
	return &proof.Document{
		Format: proof.Format, Chain: c.Identity, Crypto: c.Suite.Name(), RootDelay: c.Genesis.RootDelay,
		Header: header.Encode(), Decision: decision.Encode(), Validators: c.Set.Encode(),
	}, nil
}

// carrier is the header that carries the block's roots.
func (c *Chain) carrier() *chain.Header { return c.Headers[len(c.Headers)-1] }

// State proves entries, which are in ascending key order.
func (c *Chain) State(keys ...chain.StateKey) (*proof.Document, error) {
	path, err := c.commitment.ProveMany(c.nodes, keys)
	if err != nil {
		return nil, err
	}
	claim := ledger.MultiProof{Kind: c.commitment.Kind(), Path: path}
	for _, key := range keys {
		entry := chain.Write{Key: key}
		for i := range c.Entries {
			if c.Entries[i].Key == key {
				entry.Value = c.Entries[i].Value
			}
		}
		claim.Entries = append(claim.Entries, entry)
	}
	document, err := c.Under(c.carrier())
	if err == nil {
		document.State = proof.NewState(&claim)
	}
	return document, err
}

// Receipt proves the outcome of transaction i.
func (c *Chain) Receipt(i int) (*proof.Document, error) {
	inclusion, err := proof.NewInclusion(c.Suite, c.Batches(), i)
	if err != nil {
		return nil, err
	}
	path, err := chain.ProveMerkle(c.Suite, c.Results.Leaves(c.Suite), i+1)
	if err != nil {
		return nil, err
	}
	result := &c.Results.Transactions[i]
	claim := &proof.Receipt{
		ID: c.IDs[i], Receipt: result.Receipt.Encode(), Writes: chain.WriteSetDigest(c.Suite, result.Writes),
		Path: path.Path, Headers: []chain.Bytes{}, Inclusion: inclusion,
	}
	for _, header := range c.Headers[:len(c.Headers)-1] {
		claim.Headers = append(claim.Headers, header.Encode())
	}
	document, err := c.Under(c.carrier())
	if err == nil {
		document.Receipt = claim
	}
	return document, err
}

// Transaction proves that transaction i stands in the block.
func (c *Chain) Transaction(i int) (*proof.Document, error) {
	inclusion, err := proof.NewInclusion(c.Suite, c.Batches(), i)
	if err != nil {
		return nil, err
	}
	document, err := c.Under(c.Headers[0])
	if err == nil {
		document.Transaction = &proof.Transaction{ID: c.IDs[i], Wire: c.Wires[i], Inclusion: inclusion}
	}
	return document, err
}
