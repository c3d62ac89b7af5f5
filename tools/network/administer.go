package network

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// Administrator changes the validator set of a chain by transaction.
type Administrator struct {
	client  *rpcclient.Client
	signer  crypto.Signer
	address chain.Address
	chainID uint64
}

// effectTime bounds the wait until a change of the validator set is in force.
const effectTime = 60 * time.Second

// administrator returns the administrator of a local network, whose key is that of
// its first account, with a node that runs.
func (p *Processes) administrator(ctx context.Context, suite crypto.Suite) (*Administrator, error) {
	signer, err := readKey(suite, chain.SchemeSecp256k1, filepath.Join(p.Directory, accountsFolder, "account0.key"))
	if err != nil {
		return nil, fmt.Errorf("the key of the administrator: %w", err)
	}
	address, err := suite.Address(signer.Public())
	if err != nil {
		return nil, err
	}
	for _, node := range p.Manifest.Nodes {
		if p.Running(node) == 0 {
			continue
		}
		a := &Administrator{client: rpcclient.New("http://" + node.RPC), signer: signer, address: address}
		var id string
		if err = a.client.Call(ctx, &id, "eth_chainId"); err == nil {
			a.chainID = number(id)
			return a, nil
		}
	}
	return nil, errors.Join(fmt.Errorf("%w: start it first", errSilent), err)
}

// ScheduleRules has the chain follow a version of the rules from a height on. Every
// node must be one that knows them by then.
func (p *Processes) ScheduleRules(ctx context.Context, registry *kernel.Registry, version, height uint64) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	a, err := p.deciding(ctx, suite)
	if err != nil {
		return err
	}
	selector := native.Selector("scheduleRules(uint64,uint64)")
	first, second := chain.WordFromUint64(version), chain.WordFromUint64(height)
	return a.execute(ctx, slices.Concat(selector[:], first[:], second[:]))
}

// change calls a function of the module of the parameters and waits for its effect:
// until the set of the next epoch decides.
func (a *Administrator) change(ctx context.Context, signature string, argument []byte) error {
	epoch, err := a.epoch(ctx)
	if err != nil {
		return err
	}
	if err := a.execute(ctx, inputOf(signature, argument)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	for look := time.NewTicker(lookPause); ; {
		var s answer
		if err := a.client.Call(ctx, &s, "cl_status"); err != nil {
			look.Stop()
			return fmt.Errorf("the change was made; whether it is in force is not known: %w", err)
		}
		if number(s.Epoch) > epoch {
			look.Stop()
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			look.Stop()
			return fmt.Errorf("the change was made and is not in force after %s", effectTime)
		}
	}
}

func (a *Administrator) epoch(ctx context.Context) (uint64, error) {
	var s answer
	err := a.client.Call(ctx, &s, "cl_status")
	return number(s.Epoch), err
}

// execute sends a transaction and waits for its receipt; one that failed is called
// again for the reason.
func (a *Administrator) execute(ctx context.Context, input []byte) error {
	var nonce string
	if err := a.client.Call(ctx, &nonce, "eth_getTransactionCount", a.address, "pending"); err != nil {
		return err
	}
	to := chain.ParametersAddress
	t := &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: a.chainID, Nonce: number(nonce), Gas: 1_000_000, To: &to, Data: input,
	}
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(a.signer))
	if err != nil {
		return err
	}
	var receipt struct {
		Status string `json:"status"`
	}
	if err := a.client.Call(ctx, &receipt, "eth_sendRawTransactionSync", "0x"+hex.EncodeToString(signed.Encode())); err != nil {
		return err
	}
	if receipt.Status == "0x1" {
		return nil
	}
	call := map[string]any{"from": a.address, "to": to, "input": "0x" + hex.EncodeToString(input)}
	var ignored string
	if err := a.client.Call(ctx, &ignored, "eth_call", call, "latest"); err != nil {
		return fmt.Errorf("the chain refused: %w", err)
	}
	return errors.New("the chain refused the change")
}

// ErrNotValidator says that a node is not in the validator set.
var ErrNotValidator = errors.New("not a validator")

// record reads the record of a validator from the chain.
func (a *Administrator) record(ctx context.Context, id chain.NodeID) (v chain.Validator, err error) {
	count, err := a.read(ctx, "validatorCount()")
	if err != nil {
		return v, err
	}
	total, _ := chain.Word(count).Uint64()
	for i := range total {
		index := chain.WordFromUint64(i)
		output, err := a.read(ctx, "validatorAt(uint256)", index[:]...)
		if err != nil {
			return v, err
		}
		encoded, err := native.Arguments(output).Bytes(0)
		if err != nil {
			return v, err
		}
		if v, err = chain.DecodeValidator(encoded); err != nil {
			return v, err
		}
		if bytes.Equal(v.ID[:], id[:]) {
			return v, nil
		}
	}
	return v, fmt.Errorf("node %s: %w", id, ErrNotValidator)
}

func (a *Administrator) read(ctx context.Context, signature string, argument ...byte) ([]byte, error) {
	selector := native.Selector(signature)
	call := map[string]any{"to": chain.ParametersAddress, "input": "0x" + hex.EncodeToString(append(selector[:], argument...))}
	var text string
	if err := a.client.Call(ctx, &text, "eth_call", call, "latest"); err != nil {
		return nil, err
	}
	output, err := hex.DecodeString(text[min(2, len(text)):])
	if err == nil && len(output) < chain.WordSize {
		err = fmt.Errorf("%s: %d bytes", signature, len(output))
	}
	return output, err
}
