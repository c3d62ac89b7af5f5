package oracle

import (
	"encoding/json"
	"os"
	"os/exec"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// bundle is a native transaction as interop/clients/lib/native.js prints it.
type bundle struct {
	Raw  hexutil.Bytes
	Hash common.Hash
	From common.Address
}

// nativeBundle signs, with the SDK for TypeScript, a native transaction of account 0
// that pays the accounts to 1, 2, 3… wei.
func (p *peer) nativeBundle(t *testing.T, to ...common.Address) (b bundle) {
	t.Helper()
	arguments := []string{"--experimental-strip-types", "--no-warnings", "lib/native.js", p.url, hexutil.Encode(crypto.FromECDSA(p.keys[0]))}
	for _, address := range to {
		arguments = append(arguments, address.Hex())
	}
	command := exec.CommandContext(background(t), "node", arguments...)
	command.Dir, command.Stderr = "../interop/clients", os.Stderr
	out, err := command.Output()
	must(t, err)
	must(t, json.Unmarshal(out, &b))
	return b
}

// native reads blocks with transactions that geth's client does not know: they are
// shown as dynamic-fee transactions without a signature, so that it computes other
// hashes than the chain's ids and takes the sender from the node.
func native(t *testing.T, p *peer) {
	ctx := background(t)
	one, err := crypto.GenerateKey()
	must(t, err)
	two, err := crypto.GenerateKey()
	must(t, err)
	to := []common.Address{crypto.PubkeyToAddress(one.PublicKey), crypto.PubkeyToAddress(two.PublicKey)}
	sent := p.nativeBundle(t, to...)
	receipt, err := p.SendRawTransactionSync(ctx, sent.Raw, nil)
	must(t, err)
	equal(t, "id", receipt.TxHash, sent.Hash)
	equal(t, "status", receipt.Status, types.ReceiptStatusSuccessful)
	equal(t, "type", receipt.Type, types.DynamicFeeTxType)
	again, err := p.TransactionReceipt(ctx, sent.Hash)
	must(t, err)
	equal(t, "block of the receipt", again.BlockHash, receipt.BlockHash)

	block, err := p.BlockByNumber(ctx, receipt.BlockNumber)
	must(t, err)
	equal(t, "transactions in the block", block.Transactions().Len() > int(receipt.TransactionIndex), true)
	shown := block.Transactions()[receipt.TransactionIndex]
	sender, err := p.TransactionSender(ctx, shown, receipt.BlockHash, receipt.TransactionIndex)
	must(t, err)
	equal(t, "sender in the block", sender, p.account(0))
	alone, pending, err := p.TransactionByHash(ctx, sent.Hash)
	must(t, err)
	equal(t, "pending", pending, false)
	equal(t, "the transaction alone and in its block", alone.Hash(), shown.Hash())
	sender, err = p.TransactionSender(ctx, alone, receipt.BlockHash, receipt.TransactionIndex)
	must(t, err)
	equal(t, "sender", sender, sent.From)
	for i, address := range to {
		balance, err := p.BalanceAt(ctx, address, nil)
		must(t, err)
		amount(t, "received", balance, int64(i)+1)
	}
}
