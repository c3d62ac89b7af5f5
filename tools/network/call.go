package network

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// Call is what an administrator sends to change the validators of a chain whose
// organisations keep their own nodes. Only public keys are in it.
type Call struct {
	To           chain.Address `json:"to"`
	Data         chain.Bytes   `json:"data"`
	Kind         CallKind      `json:"kind"`
	Validator    chain.NodeID  `json:"validator"` // whom it adds or renews
	Organisation string        `json:"organisation"`
}

// CallKind says what a call does to a validator.
type CallKind string

// The kinds of calls.
const (
	CallAdd   CallKind = "add"   // makes it one
	CallRenew CallKind = "renew" // gives it new keys
)

// inputOf encodes a call of the parameters module with one argument: an id, or bytes.
func inputOf(signature string, argument []byte) []byte {
	selector := native.Selector(signature)
	if len(argument) == chain.HashSize {
		return append(selector[:], argument...)
	}
	return append(selector[:], native.EncodeBytes(argument)...)
}

// AddCall is the call that makes the node of a record a validator.
func AddCall(registry *kernel.Registry, record *Record) (*Call, error) {
	suite, err := registry.CryptoSuite(record.CryptoSuite)
	if err != nil {
		return nil, err
	}
	if err := record.Check(suite); err != nil {
		return nil, err
	}
	member, err := record.Validator.Validator()
	if err != nil {
		return nil, err
	}
	return &Call{
		To: chain.ParametersAddress, Data: inputOf("addValidator(bytes)", member.Encode()),
		Kind: CallAdd, Validator: member.ID, Organisation: member.Organisation,
	}, nil
}

// RenewCall makes the next keys of the validator in a home, or takes those that are made
// already, and returns the call that gives them to the chain; a node of it is asked for
// the present record. The validator must be started anew before the call is sent, so that
// it knows both pairs.
func RenewCall(ctx context.Context, registry *kernel.Registry, home string, client *rpcclient.Client) (*Call, error) {
	suite, member, err := ownRecord(ctx, registry, home, client)
	if err != nil {
		return nil, err
	}
	if member.ConsensusKey, member.ExportKey, err = prepareKeys(suite, home); err != nil {
		return nil, err
	}
	return &Call{
		To: chain.ParametersAddress, Data: inputOf("replaceValidator(bytes)", member.Encode()),
		Kind: CallRenew, Validator: member.ID, Organisation: member.Organisation,
	}, nil
}

// ErrNotRenewed says that a node's next keys decide nothing yet.
var ErrNotRenewed = errors.New("network: the set in force does not have the next keys of this node yet")

// SettleKeys makes the next keys of the validator in a home its own, once the set in force
// has them; the old ones stay beside them.
func SettleKeys(ctx context.Context, registry *kernel.Registry, home string, client *rpcclient.Client) error {
	suite, member, err := ownRecord(ctx, registry, home, client)
	if err != nil {
		return err
	}
	spare, err := loadSpare(suite, home)
	if err != nil {
		return err
	}
	if spare == nil {
		return fmt.Errorf("network: no keys are made in %s", filepath.Join(home, filepath.Dir(SpareConsensusFile)))
	}
	var status answer
	if err := client.Call(ctx, &status, "cl_status"); err != nil {
		return err
	}
	set, err := validatorsAt(ctx, client, number(status.Tip))
	if err != nil {
		return err
	}
	if present, ok := set.Member(member.ID); !ok || !present.ConsensusKey.Equal(spare[0].Signer.Public()) {
		return ErrNotRenewed
	}
	return promoteKeys(home)
}

// ownRecord reads the record of the validator in a home from the chain.
func ownRecord(ctx context.Context, registry *kernel.Registry, home string, client *rpcclient.Client) (suite crypto.Suite, member chain.Validator, err error) {
	_, suite, err = readGenesis(registry, home)
	if err != nil {
		return nil, member, err
	}
	node, err := LoadIdentity(registry, suite, Channel, home)
	if err != nil {
		return nil, member, err
	}
	member, err = (&Administrator{client: client}).record(ctx, node.ID)
	return suite, member, err
}
