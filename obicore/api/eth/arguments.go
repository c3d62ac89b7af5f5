package eth

import (
	"bytes"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// arguments are a transaction as clients spell it in a call; everything is
// optional.
type arguments struct {
	From           *quantity.Address       `json:"from"`
	To             *quantity.Address       `json:"to"`
	Gas            *quantity.Uint64        `json:"gas"`
	GasPrice       *quantity.Word          `json:"gasPrice"`
	FeeCap         *quantity.Word          `json:"maxFeePerGas"`
	TipCap         *quantity.Word          `json:"maxPriorityFeePerGas"`
	Value          *quantity.Word          `json:"value"`
	Nonce          *quantity.Uint64        `json:"nonce"`
	Data           *quantity.Bytes         `json:"data"`
	Input          *quantity.Bytes         `json:"input"`
	AccessList     []accessArgument        `json:"accessList"`
	ChainID        *quantity.Uint64        `json:"chainId"`
	Authorizations []authorizationArgument `json:"authorizationList"`
	BlobFeeCap     *quantity.Word          `json:"maxFeePerBlobGas"`
	BlobHashes     []quantity.Hash         `json:"blobVersionedHashes"`
	Type           *quantity.Uint64        `json:"type"`
}

type accessArgument struct {
	Address     quantity.Address `json:"address"`
	StorageKeys []quantity.Hash  `json:"storageKeys"`
}

type authorizationArgument struct {
	ChainID quantity.Word    `json:"chainId"`
	Address quantity.Address `json:"address"`
	Nonce   quantity.Uint64  `json:"nonce"`
	YParity quantity.Uint64  `json:"yParity"`
	R       scalar           `json:"r"`
	S       scalar           `json:"s"`
}

// scalar is a part of a signature: a quantity, or 32 bytes as Hardhat writes them,
// which begin with a zero once in 256 times.
type scalar quantity.Word

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *scalar) UnmarshalText(text []byte) error {
	if len(text) != 2+2*chain.HashSize {
		return (*quantity.Word)(s).UnmarshalText(text)
	}
	var padded quantity.Hash
	if err := padded.UnmarshalText(text); err != nil {
		return err
	}
	*s = scalar(padded)
	return nil
}

func (a *arguments) check(chainID uint64) error {
	switch {
	case a.GasPrice != nil && (a.FeeCap != nil || a.TipCap != nil):
		return jsonrpc.Errorf(jsonrpc.ServerError, "both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified")
	case a.Data != nil && a.Input != nil && !bytes.Equal(*a.Data, *a.Input):
		return jsonrpc.Errorf(jsonrpc.ServerError, `both "data" and "input" are set and not equal. Please use "input" to pass transaction call data`)
	case a.ChainID != nil && uint64(*a.ChainID) != chainID:
		return jsonrpc.Errorf(jsonrpc.ServerError, "chainId does not match node's (have=%d, want=%d)", uint64(*a.ChainID), chainID)
	}
	return nil
}

func (a *arguments) input() []byte {
	if a.Input != nil {
		return *a.Input
	}
	if a.Data != nil {
		return *a.Data
	}
	return nil
}

func (a *arguments) from() chain.Address {
	if a.From == nil {
		return chain.Address{}
	}
	return a.From.Value()
}

func (a *arguments) to() *chain.Address {
	if a.To == nil {
		return nil
	}
	to := a.To.Value()
	return &to
}

func word(w *quantity.Word) chain.Word {
	if w == nil {
		return chain.Word{}
	}
	return w.Value()
}

func (a *arguments) access() []chain.Access {
	var list []chain.Access
	for i := range a.AccessList {
		entry := chain.Access{Address: a.AccessList[i].Address.Value()}
		for _, key := range a.AccessList[i].StorageKeys {
			entry.Slots = append(entry.Slots, chain.Word(key))
		}
		list = append(list, entry)
	}
	return list
}

// message returns the arguments as a call with at most the given gas.
func (a *arguments) message(chainID, gasLimit uint64) execution.Message {
	gas := gasLimit
	if a.Gas != nil {
		gas = min(uint64(*a.Gas), gasLimit)
	}
	feeCap, tipCap := word(a.FeeCap), word(a.TipCap)
	if a.GasPrice != nil {
		feeCap, tipCap = word(a.GasPrice), word(a.GasPrice)
	}
	t := &chain.Transaction{
		Type: a.kind(), ChainID: chainID, Protected: true, Gas: gas, FeeCap: feeCap, TipCap: tipCap,
		Calls: []chain.Call{{To: a.to(), Value: word(a.Value), Input: a.input()}}, Access: a.access(),
		BlobFeeCap: word(a.BlobFeeCap),
	}
	if a.Nonce != nil {
		t.Nonce = uint64(*a.Nonce)
	}
	if a.BlobHashes != nil { // none of them is a fault of its own
		t.BlobHashes = make([]chain.Hash, 0, len(a.BlobHashes))
	}
	for _, hash := range a.BlobHashes {
		t.BlobHashes = append(t.BlobHashes, hash.Value())
	}
	t.Delegate = a.delegations()
	return execution.Message{Verified: chain.Verified{Transaction: t, Sender: a.from(), Payer: a.from()}, Query: true}
}

// delegations recovers the authorities through the family's own code, by way of
// an envelope that carries nothing else.
func (a *arguments) delegations() []chain.Delegation {
	if a.Authorizations == nil {
		return nil
	}
	list := make([]chain.Delegation, len(a.Authorizations))
	for i := range a.Authorizations {
		given := a.authorization(i)
		list[i] = chain.Delegation{ChainID: given.ChainID, Address: given.Address, Nonce: given.Nonce}
		list[i].Authority, list[i].Valid = recoverAuthority(&given)
	}
	return list
}

func (a *arguments) authorization(i int) ethereum.Authorization {
	given := &a.Authorizations[i]
	return ethereum.Authorization{
		ChainID: given.ChainID.Value(), Address: given.Address.Value(), Nonce: uint64(given.Nonce),
		Parity: byte(given.YParity), R: chain.Word(given.R), S: chain.Word(given.S),
	}
}

// kind returns the envelope type that the arguments call for.
func (a *arguments) kind() byte {
	switch {
	case a.Authorizations != nil:
		return ethereum.TypeSetCode
	case a.BlobHashes != nil:
		return ethereum.TypeBlob
	case a.GasPrice != nil && a.AccessList != nil:
		return ethereum.TypeAccessList
	case a.GasPrice != nil:
		return ethereum.TypeLegacy
	}
	return ethereum.TypeDynamicFee
}
