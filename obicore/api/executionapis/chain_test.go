package executionapis_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

const archive = "execution-apis-tests.tar.gz"

// given is what the archive says of its chain.
type given struct {
	genesis struct {
		Config struct {
			ChainID uint64 `json:"chainId"`
		} `json:"config"`
		Alloc map[string]struct {
			Balance quantity.Word                   `json:"balance"`
			Nonce   quantity.Uint64                 `json:"nonce"`
			Code    quantity.Bytes                  `json:"code"`
			Storage map[quantity.Hash]quantity.Hash `json:"storage"`
		} `json:"alloc"`
	}
	blocks []givenBlock
	cases  []givenCase
}

// givenBlock is a block of the original chain.
type givenBlock struct {
	hash         chain.Hash
	height       uint64
	time         uint64 // seconds
	gasLimit     uint64
	mix          chain.Hash
	transactions [][]byte
}

// readArchive reads the cases and their chain.
func readArchive(t *testing.T) *given {
	t.Helper()
	g := &given{}
	testdata.Each(t, archive, nil, func(name string, data []byte) {
		switch {
		case strings.HasSuffix(name, "tests/genesis.json"):
			if err := json.Unmarshal(data, &g.genesis); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		case strings.HasSuffix(name, "tests/chain.rlp"):
			reader := rlp.NewReader(data)
			for reader.More() {
				g.blocks = append(g.blocks, readBlock(t, reader))
			}
		case strings.HasSuffix(name, ".io"):
			_, path, _ := strings.Cut(name, "tests/")
			g.cases = append(g.cases, readCase(t, strings.TrimSuffix(path, ".io"), data))
		}
	})
	return g
}

// readBlock decodes a block as Ethereum has it: [header, transactions, …].
func readBlock(t *testing.T, chainFile *rlp.Reader) (b givenBlock) {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatalf("chain.rlp: %v", err)
		}
	}
	block, err := chainFile.List()
	must(err)
	raw, err := block.Raw()
	must(err)
	b.hash = keccak.Keccak256(raw)
	header, err := rlp.NewReader(raw).List()
	must(err)
	for field := 0; header.More() && field <= 13; field++ {
		switch field {
		case 8:
			b.height, err = header.Uint64()
		case 9:
			b.gasLimit, err = header.Uint64()
		case 11:
			b.time, err = header.Uint64()
		case 13:
			err = header.Fixed(b.mix[:])
		default:
			_, err = header.Raw()
		}
		must(err)
	}
	transactions, err := block.List()
	must(err)
	for transactions.More() {
		kind, err := transactions.Next()
		must(err)
		var envelope []byte
		if kind == rlp.List {
			envelope, err = transactions.Raw()
		} else {
			envelope, err = transactions.Bytes()
		}
		must(err)
		b.transactions = append(b.transactions, envelope)
	}
	for block.More() {
		_, err := block.Raw()
		must(err)
	}
	return b
}

// replica is our chain with the original's accounts and transactions.
type replica struct {
	*node.Chain
	hashes map[chain.Hash]chain.Hash // of blocks: the original's and ours
}

// gasLimit is that of the original chain's latest block.
const gasLimit = 200_000_000

// genesisHash is the original's block 0, which chain.rlp does not have.
var genesisHash = chain.Hash{
	0x44, 0xfd, 0x89, 0xd5, 0x04, 0x65, 0x9c, 0xd5, 0x8f, 0x48, 0xf4, 0x79, 0x6b, 0x77, 0xa7, 0xe7,
	0x01, 0x2c, 0xf2, 0x96, 0xa2, 0x40, 0x9a, 0xfa, 0x2f, 0x6c, 0x3c, 0xb9, 0x9b, 0x5b, 0x3d, 0x99,
}

func openReplica(t *testing.T, g *given) *replica {
	t.Helper()
	registry := obicore.Registry()
	suite, err := registry.CryptoSuite("standard")
	if err != nil {
		t.Fatal(err)
	}
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		t.Fatal(err)
	}
	validator, err := scheme.Generate(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	genesis := newGenesis(g, suite, validator)
	options := node.Options{
		Genesis: genesis, Self: genesis.Validators[0].ID, Keys: node.Keys{Signer: validator}, AllowUnprotected: true,
		Development: &node.Development{},
	}
	r := &replica{Chain: startChain(t, registry, options), hashes: make(map[chain.Hash]chain.Hash)}
	r.hashes[genesisHash] = r.Head().Hash
	if err := r.SetManual(true); err != nil {
		t.Fatal(err)
	}
	for i := range g.blocks {
		r.importBlock(t, &g.blocks[i])
	}
	r.setBaseFee(t)
	return r
}

// baseFee is what the original's next block would have.
const baseFee = 0x16dfe9b

// setBaseFee makes the base fee of the next block the original's. The blocks up
// to here have none: theirs changes with every block, ours is a parameter.
func (r *replica) setBaseFee(t *testing.T) {
	t.Helper()
	err := r.Edit(func(view ledger.View) ([]chain.Write, error) {
		encoded, err := view.Get(chain.ParametersKey)
		if err != nil {
			return nil, err
		}
		parameters, err := chain.DecodeParameters(encoded)
		if err != nil {
			return nil, err
		}
		parameters.Fees.BaseFee = chain.WordFromUint64(baseFee)
		return []chain.Write{{Key: chain.ParametersKey, Value: parameters.Encode()}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func startChain(t *testing.T, registry *kernel.Registry, options node.Options) *node.Chain {
	t.Helper()
	c, err := node.Open(t.Context(), registry, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	if err := c.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func newGenesis(g *given, suite crypto.Suite, validator crypto.Signer) *chain.Genesis {
	key := validator.Public()
	genesis := &chain.Genesis{
		Format: chain.GenesisFormat, Name: "execution-apis", EVMChainID: g.genesis.Config.ChainID, Crypto: suite.Name(),
		Consensus: "solo", Commitment: obicore.MerklePatricia, Window: 1024, GasLimit: gasLimit, Limits: chain.DefaultLimits(),
		Rules: []chain.Rules{{Version: 1}}, Allocation: chain.Allocation{},
		Validators: []chain.GenesisMember{{
			ID:           suite.Sum(key.Bytes),
			ConsensusKey: chain.GenesisKey{Scheme: key.Scheme.String(), Key: key.Bytes},
			ExportKey:    chain.GenesisKey{Scheme: chain.SchemeNone.String()}, Weight: 1,
		}},
	}
	for text, account := range g.genesis.Alloc {
		var owner quantity.Address
		if err := owner.UnmarshalText([]byte("0x" + strings.TrimPrefix(text, "0x"))); err != nil {
			panic(err)
		}
		allocated := chain.AllocatedAccount{
			Balance: account.Balance.Value(), Nonce: uint64(account.Nonce), Code: chain.Bytes(account.Code),
			Storage: make(map[chain.Hash]chain.Hash),
		}
		for slot, value := range account.Storage {
			allocated.Storage[slot.Value()] = value.Value()
		}
		genesis.Allocation[owner.Value()] = allocated
	}
	return genesis
}

// importBlock makes a block of ours with the transactions, time and randomness
// of an original one.
func (r *replica) importBlock(t *testing.T, b *givenBlock) {
	t.Helper()
	for _, raw := range b.transactions {
		if err := r.add(t.Context(), raw); err != nil {
			t.Fatalf("block %d: transaction %s: %v", b.height, keccak.Keccak256(raw), err)
		}
	}
	err := r.SetNext(func(next *node.NextBlock) { next.Time, next.Randomness = 1000*b.time, &b.mix })
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Mine(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	head := r.Head()
	if head.Header.Height != b.height {
		t.Fatalf("block %d has height %d", b.height, head.Header.Height)
	}
	r.hashes[b.hash] = head.Hash
	block, err := r.BlockAt(b.height)
	if err != nil {
		t.Fatal(err)
	}
	if len(block.Transactions) != len(b.transactions) {
		t.Fatalf("block %d has %d transactions, want %d", b.height, len(block.Transactions), len(b.transactions))
	}
	for i := range block.Transactions {
		if id := keccak.Keccak256(b.transactions[i]); block.Transactions[i].ID != id {
			t.Fatalf("transaction %d of block %d is %s, want %s", i, b.height, block.Transactions[i].ID, id)
		}
	}
}

// add pools a transaction. Blob transactions go past admission, which refuses
// them: without them the later nonces of their senders would be missing.
func (r *replica) add(ctx context.Context, raw []byte) error {
	if raw[0] != ethereum.TypeBlob {
		_, err := r.Submit(ctx, raw)
		return err
	}
	families, err := obicore.Families(r.Suite(), r.Identity(), r.Genesis().EVMChainID)
	if err != nil {
		return err
	}
	decoded, err := families[0].Decode(raw)
	if err != nil {
		return err
	}
	verified, err := families[0].Verify(decoded)
	if err != nil {
		return err
	}
	advances := r.Pool().Advances()
	view, err := r.View(r.Head().Header.Height)
	if err != nil {
		return err
	}
	defer view.Close()
	_, err = r.Pool().Add(verified, state.New(view).Nonce(verified.Sender), advances)
	return err
}
