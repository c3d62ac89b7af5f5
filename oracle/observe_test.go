package oracle

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/tracers"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

func passkey(t *testing.T, p *peer) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	digest := sha256.Sum256([]byte("credible"))
	r, s, err := ecdsa.Sign(rand.Reader, key, digest[:])
	must(t, err)
	if order := key.Params().N; s.Cmp(new(big.Int).Rsh(order, 1)) > 0 {
		s.Sub(order, s)
	}
	public, err := key.PublicKey.Bytes()
	must(t, err)
	x, y, rs, ss := [32]byte(public[1:33]), [32]byte(public[33:]), common.BigToHash(r), common.BigToHash(s)

	precompile := common.HexToAddress("0x100")
	input := append(append(append(append(digest[:], rs[:]...), ss[:]...), x[:]...), y[:]...)
	output, err := p.CallContract(background(t), ethereum.CallMsg{To: &precompile, Data: input}, nil)
	must(t, err)
	equal(t, "verdict", common.BytesToHash(output), common.BigToHash(common.Big1))

	verifier := p.deploy(t, "Passkey", x, y)
	verifier.send(t, 1, "accept", digest, rs, ss)
	equal(t, "refusal", verifier.refusal(t, 1, "accept", [32]byte{1}, rs, ss), "WrongSignature")
	amount(t, "accepted", verifier.one(t, "accepted"), 1)
}

func traces(t *testing.T, p *peer) {
	ctx := background(t)
	vault := p.deploy(t, "Vault", p.account(0))
	receipt := vault.send(t, 0, "store", big.NewInt(7))

	tree, err := p.geth.TraceTransactionWithCallTracer(ctx, receipt.TxHash, &gethclient.CallTracerConfig{WithLog: true})
	must(t, err)
	equal(t, "callee", *tree.To, vault.address)
	equal(t, "gas", uint64(tree.GasUsed), receipt.GasUsed)
	equal(t, "logs", len(tree.Logs), 1)
	steps, err := p.geth.TraceTransaction(ctx, receipt.TxHash, nil)
	must(t, err)
	equal(t, "gas of the instructions", uint64(steps.(map[string]any)["gas"].(float64)), receipt.GasUsed)
	tracer := "prestateTracer"
	_, err = p.geth.TraceBlock(ctx, receipt.BlockHash, &tracers.TraceConfig{Tracer: &tracer})
	must(t, err)
	msg := ethereum.CallMsg{From: p.account(1), To: &vault.address, Data: vault.pack(t, "store", common.Big1)}
	refused, err := p.geth.TraceCallWithCallTracer(ctx, msg, rpc.BlockNumberOrHashWithHash(receipt.BlockHash, false), nil, nil, nil)
	must(t, err)
	equal(t, "error", refused.Error, "execution reverted")
	amount(t, "number", vault.one(t, "number"), 7)
}

func logs(t *testing.T, p *peer) {
	ctx := background(t)
	owner, friend, other := p.account(0), p.account(1), p.account(2)
	token := p.token(t, "Logs")
	first := token.send(t, 0, "transfer", friend, common.Big1)
	token.send(t, 0, "transfer", other, common.Big2)
	last := token.send(t, 0, "transfer", friend, big.NewInt(4))

	topics := [][]common.Hash{{token.abi.Events["Transfer"].ID}, {common.BytesToHash(owner[:])}, {common.BytesToHash(friend[:])}}
	query := ethereum.FilterQuery{Addresses: []common.Address{token.address}, Topics: topics, FromBlock: first.BlockNumber}
	found, err := p.FilterLogs(ctx, query)
	must(t, err)
	equal(t, "logs", len(found), 2)
	equal(t, "the last one's block", found[1].BlockNumber, last.BlockNumber.Uint64())
	hash := last.BlockHash
	found, err = p.FilterLogs(ctx, ethereum.FilterQuery{BlockHash: &hash})
	must(t, err)
	equal(t, "logs of one block", len(found), 1)
	receipts, err := p.BlockReceipts(ctx, rpc.BlockNumberOrHashWithHash(hash, false))
	must(t, err)
	equal(t, "the same transaction", receipts[0].Logs[0].TxHash, found[0].TxHash)
	amount(t, "balance", token.one(t, "balanceOf", friend), 5)
}

func subscriptions(t *testing.T, p *peer) {
	ctx := background(t)
	token := p.token(t, "Live")
	heads, found, pending := make(chan *types.Header, 16), make(chan types.Log, 16), make(chan common.Hash, 16)
	for _, subscribe := range []func() (ethereum.Subscription, error){
		func() (ethereum.Subscription, error) { return p.socket.SubscribeNewHead(ctx, heads) },
		func() (ethereum.Subscription, error) {
			return p.socket.SubscribeFilterLogs(ctx, ethereum.FilterQuery{Addresses: []common.Address{token.address}}, found)
		},
		func() (ethereum.Subscription, error) {
			return gethclient.New(p.socket.Client()).SubscribePendingTransactions(ctx, pending)
		},
	} {
		subscription, err := subscribe()
		must(t, err)
		defer subscription.Unsubscribe()
	}
	receipt := token.send(t, 0, "transfer", p.account(1), big.NewInt(3))
	await(t, "head", heads, func(h *types.Header) bool { return h.Number.Cmp(receipt.BlockNumber) == 0 })
	await(t, "pending transaction", pending, func(h common.Hash) bool { return h == receipt.TxHash })
	log := await(t, "log", found, func(types.Log) bool { return true })
	equal(t, "transaction of the log", log.TxHash, receipt.TxHash)
	amount(t, "balance", token.one(t, "balanceOf", p.account(1)), new(big.Int).SetBytes(log.Data).Int64())
}

func await[T any](t *testing.T, what string, items <-chan T, wanted func(T) bool) T {
	t.Helper()
	ctx := background(t)
	for {
		select {
		case item := <-items:
			if wanted(item) {
				return item
			}
		case <-ctx.Done():
			t.Fatalf("no %s arrived", what)
		}
	}
}
