// Package formats_test keeps the test vectors of docs/spec/formats true: it makes
// them again from fixed inputs and compares them with the committed file.
package formats_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/internal/provable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

var update = flag.Bool("update", false, "write vectors.json anew: only for a new format, never to change a frozen one")

// vector is one example: the canonical encoding, and what the suites hash it to.
type vector struct {
	Name     string            `json:"name"`
	Encoding string            `json:"encoding,omitempty"`
	Text     string            `json:"text,omitempty"`
	Hashes   map[string]string `json:"hashes,omitempty"`
	Native   *nativeVector     `json:"native,omitempty"`
	// Encodings are by suite, where the encoding holds hashes.
	Encodings map[string]string          `json:"encodings,omitempty"`
	Documents map[string]*proof.Document `json:"documents,omitempty"`
}

func suites() map[string]crypto.Suite {
	return map[string]crypto.Suite{"standard": standard.New(), "gm": gm.New()}
}

// hashes returns f of each suite.
func hashes(f func(chain.Hasher) chain.Hash) map[string]string {
	all := make(map[string]string)
	for name, suite := range suites() {
		all[name] = f(suite).String()
	}
	return all
}

// fill returns n bytes that count up from first.
func fill(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

func hash(first byte) chain.Hash       { return chain.Hash(fill(first, 32)) }
func address(first byte) chain.Address { return chain.Address(fill(first, 20)) }

func header() *chain.Header {
	return &chain.Header{
		Rules: 1, Chain: hash(1), Height: 7, Parent: hash(2), Time: 1_700_000_000_123, TransactionRoot: hash(3), TransactionCount: 2,
		GasLimit: 60_000_000, StateRoot: hash(4), ResultRoot: hash(5), Validators: hash(6), NextValidators: hash(7), Proposer: hash(8),
		Randomness: hash(9), EvidenceRoot: chain.Hash{}, ConsensusMeta: []byte("meta"),
	}
}

func writes() []chain.Write {
	return []chain.Write{
		{Key: chain.AccountKey(address(1)), Value: chain.Account{Nonce: 3, Balance: chain.WordFromUint64(1000), CodeHash: hash(0x20)}.Encode()},
		{Key: chain.StorageKey(address(1), chain.WordFromUint64(5)), Value: []byte{0x2a}},
		{Key: chain.CodeKey(address(1)), Value: []byte{0xfe}},
		{Key: chain.StateKey{Owner: address(0x41), Space: chain.SpaceModule, Subkey: "name"}},
	}
}

func receipt() *chain.Receipt {
	return &chain.Receipt{Status: chain.StatusSucceeded, GasUsed: 21_000, Logs: []chain.Log{{
		Address: address(1), Topics: []chain.Hash{hash(0x10), hash(0x11)}, Data: []byte("data"),
	}}}
}

func validators() *chain.ValidatorSet {
	return &chain.ValidatorSet{Epoch: 1, From: 9, Members: []chain.Validator{{
		ID: hash(1), ConsensusKey: chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: fill(2, 32)}, Transport: hash(3),
		ExportKey: chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: fill(4, 64)}, Organisation: "org-1", Weight: 1, Payout: address(5),
	}}}
}

func vote(first byte) consensus.Vote { return consensus.Vote{Height: 7, Round: 2, Hash: hash(first)} }

func quorumProof() *consensus.QuorumProof {
	return &consensus.QuorumProof{Round: 2, Endorsements: []consensus.Endorsement{
		{Signature: fill(1, 64), Export: fill(2, 65)}, {}, {Signature: fill(3, 64)},
	}}
}

func evidence() *consensus.Evidence {
	return &consensus.Evidence{
		Accused: hash(1), Kind: "smartbft/commit", A: vote(3), B: vote(4), SignatureA: fill(5, 64), SignatureB: fill(6, 64),
	}
}

func recovery() *chain.Recovery {
	return &chain.Recovery{Height: 8, Hash: hash(9), Validators: validators(), Reason: "two sites are lost", Signatures: [][]byte{fill(1, 64)}}
}

func body() *chain.Body {
	return &chain.Body{
		Batches: []chain.Batch{
			{{Wire: []byte{0x02, 0xc0}}, {Removed: &chain.Tombstone{ID: hash(1), Order: hash(2)}}},
			{{Wire: []byte{0x01, 0xc0}}},
		},
		Evidence: [][]byte{[]byte("evidence")},
	}
}

func genesis() *chain.Genesis {
	return &chain.Genesis{
		Format: 1, Name: "vector", EVMChainID: 7, Time: 1_700_000_000_000, Crypto: "standard", Consensus: "solo", Commitment: "binary",
		Window: 1024, GasLimit: 60_000_000, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}},
		Fees: chain.Fees{BaseFee: chain.WordFromUint64(7), Account: address(1)}, Admin: []chain.Address{address(2)},
		Validators: []chain.GenesisMember{{ID: hash(1), ConsensusKey: chain.GenesisKey{Scheme: "ed25519", Key: fill(2, 32)},
			ExportKey: chain.GenesisKey{Scheme: "none"}, Organisation: "org-1", Weight: 1, Payout: address(3)}},
		Allocation: chain.Allocation{address(0x61): {Balance: chain.WordFromUint64(1 << 40), Nonce: 1, Code: chain.Bytes{0xfe},
			Storage: map[chain.Hash]chain.Hash{hash(1): hash(2)}}},
	}
}

// nodes are the records of a commitment by their names; none is an empty tree.
type nodes map[string][]byte

func (n nodes) Node(name []byte) ([]byte, error) { return n[string(name)], nil }

func stateRoot(t *testing.T) func(chain.Hasher) chain.Hash {
	return func(h chain.Hasher) chain.Hash {
		present := writes()[:3]
		change, err := binarytree.New(h).Update(nodes{}, present)
		if err != nil {
			t.Fatal(err)
		}
		return change.Root
	}
}

// entries are writes that each leave an entry, one of a module among them.
func entries() []chain.Write {
	all := writes()
	all[3].Value = []byte("value")
	return all
}

// patricia commits to entries with Ethereum's trie.
func patricia(t *testing.T, entries []chain.Write) (root chain.Hash, all nodes) {
	change, err := merklepatricia.New(nil).Update(nodes{}, entries)
	if err != nil {
		t.Fatal(err)
	}
	all = nodes{}
	for _, node := range change.Nodes {
		all[string(node.Name)] = node.Value
	}
	return change.Root, all
}

// patriciaRoot gives the same on each suite: the hash is Ethereum's.
func patriciaRoot(t *testing.T, entries []chain.Write) func(chain.Hasher) chain.Hash {
	return func(chain.Hasher) chain.Hash {
		root, _ := patricia(t, entries)
		return root
	}
}

// patriciaPath is the path that proves entry i of entries.
func patriciaPath(t *testing.T, i int) []byte {
	root, all := patricia(t, entries())
	entry := entries()[i]
	path, err := merklepatricia.New(nil).Prove(all, entry.Key)
	if err != nil {
		t.Fatal(err)
	}
	proof := ledger.Proof{Kind: merklepatricia.Kind, Key: entry.Key, Value: entry.Value, Path: path}
	if err := merklepatricia.New(nil).Verify(root, proof); err != nil {
		t.Fatal(err)
	}
	return path
}

// asked are keys of a proof of many: two of entries and two that are absent.
func asked() []chain.StateKey {
	all := entries()
	keys := []chain.StateKey{all[0].Key, all[1].Key, chain.StorageKey(address(1), chain.WordFromUint64(6)), chain.AccountKey(address(0x99))}
	slices.SortFunc(keys, chain.StateKey.Compare)
	return keys
}

// multiPath is the path that proves asked in entries.
func multiPath(t *testing.T, commitment ledger.Commitment) string {
	change, err := commitment.Update(nodes{}, entries())
	if err != nil {
		t.Fatal(err)
	}
	all := nodes{}
	for _, node := range change.Nodes {
		all[string(node.Name)] = node.Value
	}
	path, err := commitment.(ledger.MultiCommitment).ProveMany(all, asked())
	if err != nil {
		t.Fatal(err)
	}
	return "0x" + hex.EncodeToString(path)
}

// binaryMultiPaths are the paths that prove asked, by suite.
func binaryMultiPaths(t *testing.T) map[string]string {
	paths := make(map[string]string)
	for name, suite := range suites() {
		paths[name] = multiPath(t, binarytree.New(suite))
	}
	return paths
}

// binaryRoot gives the root of entries.
func binaryRoot(t *testing.T) func(chain.Hasher) chain.Hash {
	return func(h chain.Hasher) chain.Hash {
		change, err := binarytree.New(h).Update(nodes{}, entries())
		if err != nil {
			t.Fatal(err)
		}
		return change.Root
	}
}

// documents are proof documents of the block on paper, by suite.
func documents(t *testing.T, make func(c *provable.Chain) (*proof.Document, error)) map[string]*proof.Document {
	all := map[string]*proof.Document{}
	for name, suite := range suites() {
		c, err := provable.New(suite, binarytree.New, 2)
		if err != nil {
			t.Fatal(err)
		}
		if all[name], err = make(c); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func build(t *testing.T) []vector {
	ids := []chain.Hash{hash(1), hash(2), hash(3)}
	results := &chain.Results{StateRoot: hash(9), Opening: writes()[1:2], Transactions: []chain.Result{{Receipt: *receipt(), Writes: writes()}}}
	file, err := genesis().Canonical()
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(b []byte) string { return "0x" + hex.EncodeToString(b) }
	parameters := genesis().Parameters()
	return []vector{
		{Name: "hash of abc", Encoding: encoded([]byte("abc")), Hashes: hashes(func(h chain.Hasher) chain.Hash { return h.Sum([]byte("a"), []byte("bc")) })},
		{Name: "header", Encoding: encoded(header().Encode()), Hashes: hashes(header().Hash)},
		{Name: "body", Encoding: encoded(body().Encode())},
		{Name: "batch root of three ids", Hashes: hashes(func(h chain.Hasher) chain.Hash { return chain.BatchRoot(h, ids) })},
		{Name: "transaction root of two batches", Hashes: hashes(func(h chain.Hasher) chain.Hash { return chain.TransactionRoot(h, [][]chain.Hash{ids, ids[:1]}) })},
		{Name: "transaction root of no batch", Hashes: hashes(func(h chain.Hasher) chain.Hash { return chain.TransactionRoot(h, nil) })},
		{Name: "evidence root", Hashes: hashes(func(h chain.Hasher) chain.Hash { return chain.EvidenceRoot(h, body().Evidence) })},
		{Name: "account", Encoding: encoded(chain.Account{Nonce: 3, Balance: chain.WordFromUint64(1000), CodeHash: hash(0x20)}.Encode())},
		{Name: "account without code", Encoding: encoded(chain.Account{Nonce: 1}.Encode())},
		{Name: "write set", Encoding: encoded(chain.EncodeWrites(writes())), Hashes: hashes(func(h chain.Hasher) chain.Hash { return chain.WriteSetDigest(h, writes()) })},
		{Name: "receipt", Encoding: encoded(receipt().Encode())},
		{Name: "result leaf", Hashes: hashes(results.Transactions[0].Leaf)},
		{Name: "results", Encoding: encoded(results.Encode()), Hashes: hashes(results.Root)},
		{Name: "validator set", Encoding: encoded(validators().Encode()), Hashes: hashes(validators().Hash)},
		{Name: "proof", Encoding: encoded((&chain.Proof{Kind: "solo/1", Epoch: 1, Bytes: fill(1, 64)}).Encode())},
		{Name: "vote", Encoding: encoded(vote(3).Encode()), Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return chain.SigningHash(h, chain.DomainVote, hash(1), "smartbft/commit", vote(3).Encode())
		})},
		{Name: "quorum proof of the first and the third of three", Encoding: encoded(quorumProof().Encode())},
		{Name: "evidence of two votes", Encoding: encoded(evidence().Encode()), Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return chain.EvidenceRoot(h, [][]byte{evidence().Encode()})
		})},
		{Name: "recovery; the hashes are what its validators sign", Encoding: encoded(recovery().Encode()), Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return recovery().Digest(h, hash(1))
		})},
		{Name: "block sync: status", Encoding: encoded((&blocksync.Status{Height: 7, Hash: hash(3)}).Encode())},
		{Name: "block sync: request", Encoding: encoded((&blocksync.Request{From: 8, Blocks: 256, Bytes: 4 << 20}).Encode())},
		{Name: "block sync: request for blocks and results", Encoding: encoded((&blocksync.Request{From: 8, Blocks: 256, Bytes: 4 << 20, Results: true}).Encode())},
		{Name: "block sync: request for a status", Encoding: encoded((&blocksync.Request{}).Encode())},
		{Name: "block sync: answer of one block", Encoding: encoded((&blocksync.Answer{From: 8, Blocks: []blocksync.Block{
			{Header: []byte("header"), Body: []byte("body"), Proof: []byte("proof")},
		}}).Encode())},
		{Name: "block sync: answer of one block and its results", Encoding: encoded((&blocksync.Answer{From: 8, Blocks: []blocksync.Block{
			{Header: []byte("header"), Body: []byte("body"), Proof: []byte("proof"), Results: []byte("results")},
		}}).Encode())},
		{Name: "state sync: inquiry", Encoding: encoded((&statesync.Inquiry{}).Encode())},
		{Name: "state sync: offers of two manifests", Encoding: encoded((&statesync.Offers{Manifests: [][]byte{{1, 2}, {3}}}).Encode())},
		{Name: "state sync: place request", Encoding: encoded((&statesync.Request{Height: 300, Place: snapshot.Place{Section: 4, Number: 7}}).Encode())},
		{Name: "state sync: place answer", Encoding: encoded((&statesync.Answer{
			Request: statesync.Request{Height: 300, Place: snapshot.Place{Index: true}}, Content: []byte{4, 5},
		}).Encode())},
		{Name: "block sync: answer without a block", Encoding: encoded((&blocksync.Answer{From: 8}).Encode())},
		{Name: "dissemination: two transactions", Encoding: encoded(dissemination.Encode([][]byte{{0x02, 0xc0}, {0x01, 0xc0}}))},
		{Name: "dissemination: a statement about a batch", Encoding: encoded((&dissemination.Signed{Root: hash(4), Signature: fill(5, 64)}).Encode())},
		{Name: "dissemination: a stated batch, the second transaction paid by another", Encoding: encoded((&dissemination.Stated{
			Signature: fill(5, 64), Claims: []dissemination.Claim{
				{Wire: []byte{0x02, 0xc0}, Sender: chain.Address{1}, Payer: chain.Address{1}}, {Wire: []byte{0x01, 0xc0}, Sender: chain.Address{1}, Payer: chain.Address{2}},
			},
		}).Encode())},
		{Name: "digest of a statement: set, root, 3 transactions", Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return (&dissemination.Statement{Set: hash(2), Root: hash(4), Count: 3}).Digest(h, hash(1))
		})},
		{Name: "root of a checked batch of two", Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return dissemination.CheckedRoot(h, []chain.Verified{
				{Transaction: &chain.Transaction{Wire: hash(6)}, Sender: chain.Address{1}, Payer: chain.Address{1}},
				{Transaction: &chain.Transaction{Wire: hash(7)}, Sender: chain.Address{1}, Payer: chain.Address{2}},
			})
		})},
		{Name: "parameters", Encoding: encoded(parameters.Encode())},
		{Name: "signing hash", Hashes: hashes(func(h chain.Hasher) chain.Hash {
			return chain.SigningHash(h, chain.DomainVote, hash(1), "solo/commit", fill(2, 32))
		})},
		{Name: "binary tree root of three entries", Hashes: hashes(stateRoot(t))},
		{Name: "Merkle-Patricia root of nothing", Hashes: hashes(patriciaRoot(t, nil))},
		{Name: "Merkle-Patricia root of these four entries", Encoding: encoded(chain.EncodeWrites(entries())), Hashes: hashes(patriciaRoot(t, entries()))},
		{Name: "Merkle-Patricia path that proves the account", Encoding: encoded(patriciaPath(t, 0))},
		{Name: "Merkle-Patricia path that proves the storage entry", Encoding: encoded(patriciaPath(t, 1))},
		{Name: "Merkle-Patricia path that proves the module entry", Encoding: encoded(patriciaPath(t, 3))},
		{Name: "binary tree root of these four entries", Encoding: encoded(chain.EncodeWrites(entries())), Hashes: hashes(binaryRoot(t))},
		{Name: "binary tree path that proves the account, its storage entry, its slot 6 as absent and the account 0x99… as absent", Encodings: binaryMultiPaths(t)},
		{Name: "Merkle-Patricia path that proves the same four", Encoding: multiPath(t, merklepatricia.New(nil))},
		{Name: "proof document of three entries of state, the third absent", Documents: documents(t, func(c *provable.Chain) (*proof.Document, error) {
			return c.State(c.Entries[0].Key, c.Entries[1].Key, chain.AccountKey(chain.Address{0xff}))
		})},
		{Name: "proof document of the receipt of a void transaction", Documents: documents(t, func(c *provable.Chain) (*proof.Document, error) { return c.Receipt(2) })},
		{Name: "proof document of a transaction", Documents: documents(t, func(c *provable.Chain) (*proof.Document, error) { return c.Transaction(1) })},
		{Name: "proof document of a header", Documents: documents(t, func(c *provable.Chain) (*proof.Document, error) { return c.Under(c.Headers[0]) })},
		{Name: "genesis", Text: string(file), Hashes: hashes(func(h chain.Hasher) chain.Hash {
			identity, err := genesis().Identity(h)
			if err != nil {
				t.Fatal(err)
			}
			return identity
		})},
		{Name: "address of an Ed25519 key", Hashes: addresses(t, chain.PublicKey{Scheme: chain.SchemeEd25519, Bytes: decode(t, "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")})},
		{Name: "address of a secp256k1 key", Hashes: addresses(t, chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: decode(t,
			"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8")})},
	}
}

func decode(t *testing.T, digits string) []byte {
	b, err := hex.DecodeString(digits)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// addresses gives the address of a key on each suite that has its scheme.
func addresses(t *testing.T, key chain.PublicKey) map[string]string {
	all := make(map[string]string)
	for name, suite := range suites() {
		if _, err := suite.Scheme(key.Scheme); err != nil {
			continue
		}
		a, err := suite.Address(key)
		if err != nil {
			t.Fatal(err)
		}
		all[name] = a.String()
	}
	return all
}

func TestTheCommittedVectorsAreWhatTheCodeMakes(t *testing.T) {
	made, err := json.MarshalIndent(append(build(t), nativeVectors(t)...), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	made = append(made, '\n')
	if *update {
		if err := os.WriteFile("vectors.json", made, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile("vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(made, committed) {
		t.Fatal("vectors.json is not what the code makes: a frozen format has changed")
	}
}
