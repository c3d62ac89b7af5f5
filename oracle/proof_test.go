package oracle

import (
	"math/big"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/trie/trienode"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// writer makes a contract that stores the second word of its input in the slot that the
// first one names.
const writer = "0x666020355f3555005f5260076019f3"

// deployWriter makes that contract as account 0.
func (p *peer) deployWriter(t *testing.T) contract {
	t.Helper()
	address, tx, err := bind.DeployContract(p.transactor(0, 0), hexutil.MustDecode(writer), p, nil)
	must(t, err)
	p.mined(t, tx)
	return contract{BoundContract: bind.NewBoundContract(address, abi.ABI{}, p, p, p), peer: p, address: address}
}

// store writes a value into a slot of the writer.
func (c contract) store(t *testing.T, slot, value int64) {
	t.Helper()
	input := append(common.BigToHash(big.NewInt(slot)).Bytes(), common.BigToHash(big.NewInt(value)).Bytes()...)
	tx, err := c.RawTransact(c.peer.transactor(0, 0), input)
	must(t, err)
	equal(t, "status", c.peer.mined(t, tx).Status, types.ReceiptStatusSuccessful)
}

// TestGethVerifiesProofsUnderTheStateRootOfEveryBlock needs a chain with Ethereum's trie:
// a network of the client matrix has the binary one.
func TestGethVerifiesProofsUnderTheStateRootOfEveryBlock(t *testing.T) {
	if os.Getenv("CREDIBLE_NETWORK") != "" {
		t.Skip("the network has another state commitment")
	}
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			t.Parallel()
			p := develop(t, suite, "--commitment", "patricia")
			writer := p.deployWriter(t)
			for n := range int64(20) {
				writer.store(t, n%4, n*n%7)
			}
			p.checkProofs(t, writer.address)
		})
	}
}

// checkProofs looks at accounts with and without storage, and at one that is only storage.
func (p *peer) checkProofs(t *testing.T, writer common.Address) {
	t.Helper()
	head, err := p.BlockNumber(background(t))
	must(t, err)
	present := 0
	for height := range head + 1 {
		if p.checkProof(t, height, writer, "0x0", "0x1", "0x2", "0x3", common.BigToHash(common.Big1).Hex()).StorageHash != types.EmptyRootHash {
			present++
		}
		for _, owner := range []common.Address{p.account(0), p.account(1), {0x99}, common.Address(chain.ParametersAddress)} {
			p.checkProof(t, height, owner, "0x1")
		}
	}
	if present < 10 {
		t.Fatalf("the contract has storage at %d heights", present)
	}
}

// checkProof asks for a proof and compares the answer with what it shows to go-ethereum.
func (p *peer) checkProof(t *testing.T, height uint64, owner common.Address, slots ...string) *gethclient.AccountResult {
	t.Helper()
	number := new(big.Int).SetUint64(height)
	header, err := p.HeaderByNumber(background(t), number)
	must(t, err)
	answer, err := p.geth.GetProof(background(t), owner, slots, number)
	must(t, err)
	equal(t, "owner", answer.Address, owner)
	equal(t, "slots", len(answer.StorageProof), len(slots))
	account := types.NewEmptyStateAccount()
	if leaf := verified(t, header.Root, owner[:], answer.AccountProof); leaf != nil {
		must(t, rlp.DecodeBytes(leaf, account))
	}
	equal(t, "balance", answer.Balance.String(), account.Balance.String())
	equal(t, "nonce", answer.Nonce, account.Nonce)
	equal(t, "hash of the code", answer.CodeHash, common.BytesToHash(account.CodeHash))
	equal(t, "root of the storage", answer.StorageHash, account.Root)
	for i, slot := range answer.StorageProof {
		key, value := common.HexToHash(slots[i]), new(big.Int)
		if leaf := verified(t, account.Root, key[:], slot.Proof); leaf != nil {
			_, content, _, err := rlp.Split(leaf)
			must(t, err)
			value.SetBytes(content)
		}
		equal(t, "value of slot "+slots[i], slot.Value.String(), value.String())
	}
	return answer
}

// verified returns what go-ethereum's verifier finds under a key, nil when it is absent.
// Nothing proves that an empty trie has it not.
func verified(t *testing.T, root common.Hash, key []byte, nodes []string) []byte {
	t.Helper()
	if root == types.EmptyRootHash && len(nodes) == 0 {
		return nil
	}
	var list trienode.ProofList
	for _, node := range nodes {
		list = append(list, hexutil.MustDecode(node))
	}
	value, err := trie.VerifyProof(root, crypto.Keccak256(key), list.Set())
	must(t, err)
	return value
}
