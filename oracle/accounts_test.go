package oracle

import (
	"bytes"
	"crypto/ecdsa"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/math"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/signer/core/apitypes"
	"github.com/holiman/uint256"
)

// signTyped signs as EIP-712 has it, with v 27 or 28.
func signTyped(t *testing.T, key *ecdsa.PrivateKey, typed apitypes.TypedData) []byte {
	t.Helper()
	digest, _, err := apitypes.TypedDataAndHash(typed)
	must(t, err)
	signature, err := crypto.Sign(digest, key)
	must(t, err)
	signature[crypto.RecoveryIDOffset] += 27
	return signature
}

func (p *peer) domain(verifier common.Address) apitypes.TypedDataDomain {
	return apitypes.TypedDataDomain{ChainId: (*math.HexOrDecimal256)(p.chainID), VerifyingContract: verifier.Hex()}
}

func members(pairs ...string) (list []apitypes.Type) {
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, apitypes.Type{Type: pairs[i], Name: pairs[i+1]})
	}
	return list
}

var nobody common.Address

func safe(t *testing.T, p *peer) {
	owners := []common.Address{p.account(0), p.account(1), p.account(2)}
	singleton, factory := p.deploy(t, "Safe"), p.deploy(t, "SafeProxyFactory")
	setup := singleton.pack(t, "setup", owners, common.Big2, nobody, []byte{}, nobody, nobody, common.Big0, nobody)
	created := factory.send(t, 0, "createProxyWithNonce", singleton.address, setup, common.Big1)
	wallet := p.at(t, "Safe", factory.event(t, created, "ProxyCreation")["proxy"].(common.Address))
	p.sendValue(t, 0, wallet.address, 1_000)

	to := common.HexToAddress("0xc0ffee")
	before, err := p.BalanceAt(background(t), to, nil)
	must(t, err)
	typed := apitypes.TypedData{
		PrimaryType: "SafeTx", Domain: p.domain(wallet.address),
		Types: apitypes.Types{
			"EIP712Domain": members("uint256", "chainId", "address", "verifyingContract"),
			"SafeTx": members("address", "to", "uint256", "value", "bytes", "data", "uint8", "operation", "uint256", "safeTxGas", "uint256", "baseGas",
				"uint256", "gasPrice", "address", "gasToken", "address", "refundReceiver", "uint256", "nonce"),
		},
		Message: apitypes.TypedDataMessage{
			"to": to.Hex(), "value": "123", "data": "0x", "operation": "0", "safeTxGas": "0", "baseGas": "0", "gasPrice": "0",
			"gasToken": nobody.Hex(), "refundReceiver": nobody.Hex(), "nonce": "0",
		},
	}
	signers := []int{0, 1}
	slices.SortFunc(signers, func(a, b int) int { return bytes.Compare(owners[a][:], owners[b][:]) })
	signatures := append(signTyped(t, p.keys[signers[0]], typed), signTyped(t, p.keys[signers[1]], typed)...)
	zero := common.Big0
	receipt := wallet.send(t, 2, "execTransaction", to, big.NewInt(123), []byte{}, uint8(0), zero, zero, zero, nobody, nobody, signatures)
	wallet.event(t, receipt, "ExecutionSuccess")
	amount(t, "nonce", wallet.one(t, "nonce"), 1)
	balance, err := p.BalanceAt(background(t), to, nil)
	must(t, err)
	amount(t, "received", balance.Sub(balance, before), 123)
}

// operation is ERC-4337's PackedUserOperation.
type operation struct {
	Sender             common.Address
	Nonce              *big.Int
	InitCode           []byte
	CallData           []byte
	AccountGasLimits   [32]byte
	PreVerificationGas *big.Int
	GasFees            [32]byte
	PaymasterAndData   []byte
	Signature          []byte
}

func halves(high, low uint64) (word [32]byte) {
	new(big.Int).SetUint64(high).FillBytes(word[:16])
	new(big.Int).SetUint64(low).FillBytes(word[16:])
	return word
}

func entrypoint(t *testing.T, p *peer) {
	owner, salt := p.account(1), big.NewInt(9)
	entry := p.deploy(t, "EntryPoint")
	factory := p.deploy(t, "SimpleAccountFactory", entry.address)
	sender := factory.one(t, "getAddress", owner, salt).(common.Address)
	p.sendValue(t, 0, sender, 1_000_000_000)
	account, target := p.at(t, "SimpleAccount", sender), common.HexToAddress("0xbeef")
	before, err := p.BalanceAt(background(t), target, nil)
	must(t, err)

	op := operation{
		Sender: sender, Nonce: common.Big0, InitCode: append(factory.address.Bytes(), factory.pack(t, "createAccount", owner, salt)...),
		CallData: account.pack(t, "execute", target, big.NewInt(55), []byte{}), AccountGasLimits: halves(600_000, 200_000),
		PreVerificationGas: big.NewInt(60_000), GasFees: halves(1, 1), PaymasterAndData: []byte{},
	}
	digest := entry.one(t, "getUserOpHash", op).([32]byte)
	signature, err := crypto.Sign(digest[:], p.keys[1])
	must(t, err)
	signature[crypto.RecoveryIDOffset] += 27
	op.Signature = signature
	opts := p.transactor(0, 0)
	opts.GasLimit = 3_000_000
	receipt := entry.pay(t, opts, "handleOps", []operation{op}, p.account(2))
	equal(t, "success", entry.event(t, receipt, "UserOperationEvent")["success"], any(true))
	equal(t, "owner", account.one(t, "owner"), any(owner))
	balance, err := p.BalanceAt(background(t), target, nil)
	must(t, err)
	amount(t, "received", balance.Sub(balance, before), 55)
}

// delegate sends account 3's authorisation (EIP-7702), paid for by account 0.
func (p *peer) delegate(t *testing.T, to common.Address) *types.Receipt {
	t.Helper()
	ctx := background(t)
	authority, err := p.PendingNonceAt(ctx, p.account(3))
	must(t, err)
	authorization, err := types.SignSetCode(p.keys[3], types.SetCodeAuthorization{ChainID: *uint256.MustFromBig(p.chainID), Address: to, Nonce: authority})
	must(t, err)
	nonce, err := p.PendingNonceAt(ctx, p.account(0))
	must(t, err)
	tx := types.MustSignNewTx(p.keys[0], types.LatestSignerForChainID(p.chainID), &types.SetCodeTx{
		ChainID: uint256.MustFromBig(p.chainID), Nonce: nonce, Gas: 100_000, GasFeeCap: uint256.NewInt(1), GasTipCap: uint256.NewInt(1),
		To: nobody, AuthList: []types.SetCodeAuthorization{authorization},
	})
	must(t, p.SendTransaction(ctx, tx))
	return p.mined(t, tx)
}

type call struct {
	To    common.Address
	Value *big.Int
	Data  []byte
}

func delegation(t *testing.T, p *peer) {
	ctx := background(t)
	friend, authority := p.account(1), p.account(3)
	token, batch := p.token(t, "Batch"), p.deploy(t, "Batch")
	token.send(t, 0, "transfer", authority, big.NewInt(10))
	receipt := p.delegate(t, batch.address)
	equal(t, "type", receipt.Type, types.SetCodeTxType)
	code, err := p.CodeAt(ctx, authority, nil)
	must(t, err)
	to, ok := types.ParseDelegation(code)
	equal(t, "delegated", ok, true)
	equal(t, "delegated to", to, batch.address)
	block, err := p.BlockByHash(ctx, receipt.BlockHash)
	must(t, err)
	equal(t, "authorisations in the block", len(block.Transactions()[0].SetCodeAuthorizations()), 1)

	account := p.at(t, "Batch", authority)
	calls := []call{
		{token.address, common.Big0, token.pack(t, "transfer", friend, big.NewInt(1))},
		{token.address, common.Big0, token.pack(t, "transfer", friend, big.NewInt(2))},
	}
	equal(t, "refusal", account.refusal(t, 1, "execute", calls), "Stranger")
	account.send(t, 3, "execute", calls)
	amount(t, "balance", token.one(t, "balanceOf", friend), 3)
	p.delegate(t, nobody)
	code, err = p.CodeAt(ctx, authority, nil)
	must(t, err)
	equal(t, "code after the delegation was taken back", len(code), 0)
}
