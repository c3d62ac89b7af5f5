package eth

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

func (s *Service) accounts(context.Context, jsonrpc.Params) (any, error) {
	if s.settings.Accounts == nil {
		return []chain.Address{}, nil
	}
	return s.settings.Accounts, nil
}

// errAccount is the text of geth for an account whose key the node does not hold.
var errAccount = jsonrpc.Errorf(jsonrpc.ServerError, "unknown account")

func (s *Service) signer(owner chain.Address) (crypto.Signer, error) {
	signer, ok := s.settings.Unlocked[owner]
	if !ok {
		return nil, errAccount
	}
	return signer, nil
}

func (s *Service) sendTransaction(ctx context.Context, params jsonrpc.Params) (any, error) {
	var args arguments
	if err := params.Decode(0, true, &args); err != nil {
		return nil, err
	}
	if args.From == nil {
		return nil, errAccount
	}
	// From choosing a nonce to pooling it, one call at a time for a sender.
	turn := &s.turns[args.From[chain.AddressSize-1]]
	turn.Lock()
	defer turn.Unlock()
	// A block between reading the nonce and pooling makes a chosen nonce stale:
	// choose again.
	for try := 0; ; try++ {
		attempt := args
		id, err := s.sendOnce(ctx, &attempt)
		if args.Nonce == nil && try < maxNonceTries && staleNonce(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return id, nil
	}
}

// maxNonceTries bounds how often a nonce is chosen again.
const maxNonceTries = 100

func staleNonce(err error) bool {
	return errors.Is(err, execution.ErrNonceTooLow) || errors.Is(err, pool.ErrNonceTooLow)
}

// sendOnce completes, signs and submits a transaction.
func (s *Service) sendOnce(ctx context.Context, args *arguments) (id chain.Hash, err error) {
	given := *args
	t, err := node.Steady(ctx, s.chain, func() (*ethereum.Transaction, error) {
		*args = given
		return s.complete(ctx, args)
	})
	if err != nil {
		return id, err
	}
	raw, err := s.envelope(args.from(), args, t)
	if err != nil {
		return id, err
	}
	submit := s.submit
	if _, keyed := s.settings.Unlocked[args.from()]; !keyed {
		submit = s.chain.SubmitUnsigned
	}
	return submit(ctx, raw)
}

// envelope signs a completed transaction, or makes an unsigned one for an
// impersonated account.
func (s *Service) envelope(from chain.Address, args *arguments, t *ethereum.Transaction) ([]byte, error) {
	signer, err := s.signer(from)
	if err == nil {
		signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(signer))
		if err != nil {
			return nil, err
		}
		return signed.Encode(), nil
	}
	if s.settings.Impersonated != nil && s.settings.Impersonated(from) {
		m := args.message(s.chain.Genesis().EVMChainID, t.Gas)
		m.Nonce, m.FeeCap, m.TipCap, m.Gas = t.Nonce, t.FeeCap, t.TipCap, t.Gas
		if t.Type <= ethereum.TypeAccessList {
			m.FeeCap, m.TipCap = t.GasPrice, t.GasPrice
		}
		return s.settings.Unsigned(from, m.Transaction)
	}
	return nil, err
}

// complete fills in what the arguments leave out: nonce, fees and gas.
func (s *Service) complete(ctx context.Context, args *arguments) (*ethereum.Transaction, error) {
	chainID := s.chain.Genesis().EVMChainID
	if err := args.check(chainID); err != nil {
		return nil, err
	}
	if args.to() == nil && len(args.input()) == 0 {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "contract creation without any data provided")
	}
	if err := s.completeFees(args); err != nil {
		return nil, err
	}
	if args.Nonce == nil {
		view, err := s.view(quantity.BlockTag{})
		if err != nil {
			return nil, err
		}
		account, err := node.Account(view, args.from())
		if err = errors.Join(err, view.Close()); err != nil {
			return nil, err
		}
		nonce := quantity.Uint64(s.chain.Pool().NextNonce(pool.Lane{Sender: args.from()}, account.Nonce))
		args.Nonce = &nonce
	}
	if args.Gas == nil {
		c, err := s.open(quantity.BlockTag{Kind: quantity.BlockPending}, nil, nil)
		if err != nil {
			return nil, err
		}
		defer c.close()
		var gas uint64
		if err := s.bounded(ctx, func(ctx context.Context) (err error) { gas, err = c.estimate(ctx, args); return err }); err != nil {
			return nil, err
		}
		args.Gas = (*quantity.Uint64)(&gas)
	}
	return args.transaction(chainID), nil
}

func (s *Service) completeFees(args *arguments) error {
	base := s.chain.Head().Parameters.Fees.BaseFee
	if args.GasPrice != nil {
		return nil
	}
	if args.TipCap == nil {
		args.TipCap = &quantity.Word{}
	}
	if args.FeeCap == nil {
		sum, overflow := base.Add(base)
		if !overflow {
			sum, overflow = sum.Add(args.TipCap.Value())
		}
		if overflow {
			return jsonrpc.Errorf(jsonrpc.InvalidParams, "maxPriorityFeePerGas is too high")
		}
		feeCap := quantity.Word(sum)
		args.FeeCap = &feeCap
	}
	if args.FeeCap.Value().Cmp(args.TipCap.Value()) < 0 {
		return jsonrpc.Errorf(jsonrpc.ServerError, "maxFeePerGas (%s) < maxPriorityFeePerGas (%s)", args.FeeCap, args.TipCap)
	}
	return nil
}

// transaction returns completed arguments as an unsigned envelope.
func (a *arguments) transaction(chainID uint64) *ethereum.Transaction {
	t := &ethereum.Transaction{
		Type: a.kind(), ChainID: chainID, Nonce: uint64(*a.Nonce), Gas: uint64(*a.Gas), To: a.to(), Value: word(a.Value),
		Data: a.input(), AccessList: a.access(), GasPrice: word(a.GasPrice), FeeCap: word(a.FeeCap), TipCap: word(a.TipCap),
	}
	for i := range a.Authorizations {
		t.Authorizations = append(t.Authorizations, a.authorization(i))
	}
	for _, hash := range a.BlobHashes {
		t.BlobHashes, t.BlobFeeCap = append(t.BlobHashes, hash.Value()), word(a.BlobFeeCap)
	}
	return t
}

// filled is the answer of eth_fillTransaction and eth_signTransaction.
type filled struct {
	Raw         quantity.Bytes   `json:"raw"`
	Transaction *transactionView `json:"tx"`
}

func (s *Service) fillTransaction(ctx context.Context, params jsonrpc.Params) (any, error) {
	var args arguments
	if err := params.Decode(0, true, &args); err != nil {
		return nil, err
	}
	t, err := s.complete(ctx, &args)
	if err != nil {
		return nil, err
	}
	return s.viewFilled(&args, t, t.EncodeUnsigned()), nil
}

func (s *Service) viewFilled(args *arguments, t *ethereum.Transaction, raw []byte) *filled {
	m := args.message(t.ChainID, t.Gas)
	m.Raw, m.Nonce, m.Gas = raw, t.Nonce, t.Gas
	m.ID = keccak.Keccak256(raw)
	return &filled{Raw: raw, Transaction: s.viewTransaction(&m.Verified)}
}

func (s *Service) signTransaction(ctx context.Context, params jsonrpc.Params) (any, error) {
	var args arguments
	if err := params.Decode(0, true, &args); err != nil {
		return nil, err
	}
	signer, err := s.signer(args.from())
	if err != nil {
		return nil, err
	}
	t, err := s.complete(ctx, &args)
	if err != nil {
		return nil, err
	}
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(signer))
	if err != nil {
		return nil, err
	}
	return s.viewFilled(&args, signed, signed.Encode()), nil
}

// signMessage signs as EIP-191 has it; v is 27 or 28.
func (s *Service) signMessage(owner chain.Address, digest chain.Hash) (any, error) {
	signer, err := s.signer(owner)
	if err != nil {
		return nil, err
	}
	signature, err := signer.Sign(digest)
	if err != nil {
		return nil, err
	}
	signature[64] += 27
	return quantity.Bytes(signature), nil
}

func (s *Service) sign(_ context.Context, params jsonrpc.Params) (any, error) {
	return s.signAt(params, 0, 1)
}

// personalSign is eth_sign with its arguments the other way round.
func (s *Service) personalSign(_ context.Context, params jsonrpc.Params) (any, error) {
	return s.signAt(params, 1, 0)
}

func (s *Service) signAt(params jsonrpc.Params, ownerAt, messageAt int) (any, error) {
	var owner quantity.Address
	var message quantity.Bytes
	if err := params.Decode(ownerAt, true, &owner); err != nil {
		return nil, err
	}
	if err := params.Decode(messageAt, true, &message); err != nil {
		return nil, err
	}
	return s.signMessage(owner.Value(), ethereum.PersonalHash(message, keccak.Keccak256))
}

func (s *Service) signTypedData(_ context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	raw := params.Raw(1)
	var text string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	typed, err := ethereum.ParseTypedData(raw)
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid argument 1: %v", err)
	}
	digest, err := typed.Hash(keccak.Keccak256)
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid argument 1: %v", err)
	}
	return s.signMessage(owner.Value(), digest)
}
