package network

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Record is what a node shows of itself: public keys, and a signature by each of
// them that proves the owner has the secret. Records travel; secrets do not.
type Record struct {
	Name         string              `json:"name"`
	Address      string              `json:"address"` // where its mesh listens
	Validator    chain.GenesisMember `json:"validator"`
	Signature    chain.Bytes         `json:"signature"`       // by the consensus key
	ExportProof  chain.Bytes         `json:"exportSignature"` // by the export key
	CryptoSuite  string              `json:"crypto"`
	RecordFormat uint64              `json:"format"`
}

// recordKind separates these signatures from all others.
const recordKind = "network/record"

// ErrRecord says that a record proves nothing.
var ErrRecord = errors.New("network: record is not valid")

// Record returns the node's signed record.
func (i *Identity) Record(suite crypto.Suite, name, organisation, address string, payout chain.Address) (*Record, error) {
	r := &Record{
		Name: name, Address: address, CryptoSuite: suite.Name(), RecordFormat: 1,
		Validator: chain.GenesisMember{
			ID: i.ID, ConsensusKey: genesisKey(i.Consensus.Public()), Transport: i.Channel.Self(),
			ExportKey: genesisKey(i.Export.Public()), Organisation: organisation, Weight: 1, Payout: payout,
		},
	}
	digest, err := r.digest(suite)
	if err != nil {
		return nil, err
	}
	if r.Signature, err = i.Consensus.Sign(digest); err != nil {
		return nil, err
	}
	r.ExportProof, err = i.Export.Sign(digest)
	return r, err
}

func genesisKey(key chain.PublicKey) chain.GenesisKey {
	return chain.GenesisKey{Scheme: key.Scheme.String(), Key: key.Bytes}
}

// digest is what both keys sign: everything but the signatures.
func (r *Record) digest(suite crypto.Suite) (chain.Hash, error) {
	unsigned := *r
	unsigned.Signature, unsigned.ExportProof = nil, nil
	content, err := json.Marshal(&unsigned)
	return chain.SigningHash(suite, chain.DomainAttestation, chain.Hash{}, recordKind, content), err
}

// Check verifies that whoever made the record has its keys.
func (r *Record) Check(suite crypto.Suite) error {
	if r.RecordFormat != 1 || r.CryptoSuite != suite.Name() {
		return fmt.Errorf("%w: format %d of suite %q, want format 1 of %q", ErrRecord, r.RecordFormat, r.CryptoSuite, suite.Name())
	}
	digest, err := r.digest(suite)
	if err != nil {
		return err
	}
	for _, proof := range []struct {
		what      string
		key       chain.GenesisKey
		signature []byte
	}{{"consensus", r.Validator.ConsensusKey, r.Signature}, {"export", r.Validator.ExportKey, r.ExportProof}} {
		id, known := chain.SchemeByName(proof.key.Scheme)
		if !known {
			return fmt.Errorf("%w: %s key of unknown scheme %q", ErrRecord, proof.what, proof.key.Scheme)
		}
		scheme, err := suite.Scheme(id)
		if err != nil {
			return fmt.Errorf("%w: %s key: %w", ErrRecord, proof.what, err)
		}
		if err := scheme.Verify(chain.PublicKey{Scheme: id, Bytes: proof.key.Key}, digest, proof.signature); err != nil {
			return fmt.Errorf("%w: signature of the %s key of %q: %w", ErrRecord, proof.what, r.Name, err)
		}
	}
	return nil
}

// members returns the validators of records as genesis lists them.
func members(records []*Record) []chain.GenesisMember {
	list := make([]chain.GenesisMember, len(records))
	for i, r := range records {
		list[i] = r.Validator
	}
	slices.SortFunc(list, func(a, b chain.GenesisMember) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return list
}
