package chain

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Limits of a validator set.
const (
	MaxValidators   = 1024
	MaxOrganisation = 128
	MaxKeyBytes     = 4096
)

// NodeID names a node for life: it does not change when the node rotates keys.
type NodeID = Hash

// Validator is one member of a validator set (formats: validator record).
type Validator struct {
	ID           NodeID
	ConsensusKey PublicKey // signs votes
	Transport    Hash      // fingerprint of the transport identity
	ExportKey    PublicKey // secp256k1: signs what foreign chains verify
	Organisation string    // organisation name, later a DID
	Weight       uint64
	Payout       Address // COINBASE of the blocks it proposes
}

// ValidatorSet decides the blocks from From on, until the next set does.
type ValidatorSet struct {
	Epoch   uint64 // grows by one with every change
	From    uint64 // first height that this set decides
	Members []Validator
}

// Encode returns the canonical encoding.
func (s *ValidatorSet) Encode() []byte {
	var members []byte
	for i := range s.Members {
		members = s.Members[i].append(members)
	}
	p := rlp.AppendUint64(nil, s.Epoch)
	p = rlp.AppendUint64(p, s.From)
	p = rlp.AppendList(p, members)
	return rlp.AppendList(nil, p)
}

// Hash returns H(domain ‖ encoding), the value in the header.
func (s *ValidatorSet) Hash(h Hasher) Hash { return hashIn(h, DomainValidators, s.Encode()) }

// Member returns the validator with the given id.
func (s *ValidatorSet) Member(id NodeID) (Validator, bool) {
	for i := range s.Members {
		if s.Members[i].ID == id {
			return s.Members[i], true
		}
	}
	return Validator{}, false
}

// Check verifies that the set is usable: 1 to MaxValidators members, strictly
// ascending by id, each with a weight and within its limits. Ids must differ in
// their first eight bytes, by which engines number nodes.
func (s *ValidatorSet) Check() error {
	if len(s.Members) == 0 || len(s.Members) > MaxValidators {
		return fmt.Errorf("%w: %d validators, want 1 to %d", ErrMalformed, len(s.Members), MaxValidators)
	}
	for i := range s.Members {
		v := &s.Members[i]
		switch {
		case i > 0 && s.Members[i-1].ID.String() >= v.ID.String():
			return fmt.Errorf("%w: validators are not in strictly ascending order of id at %s", ErrMalformed, v.ID)
		case i > 0 && [8]byte(s.Members[i-1].ID[:8]) == [8]byte(v.ID[:8]):
			return fmt.Errorf("%w: the ids of validators %s and %s begin with the same eight bytes", ErrMalformed, s.Members[i-1].ID, v.ID)
		case v.Weight == 0 || v.Weight > 1<<32:
			return fmt.Errorf("%w: validator %s has weight %d, want 1 to 2^32", ErrMalformed, v.ID, v.Weight)
		case len(v.Organisation) > MaxOrganisation:
			return fmt.Errorf("%w: organisation of validator %s", ErrTooLarge, v.ID)
		case len(v.ConsensusKey.Bytes) > MaxKeyBytes || len(v.ExportKey.Bytes) > MaxKeyBytes:
			return fmt.Errorf("%w: key of validator %s", ErrTooLarge, v.ID)
		}
	}
	return nil
}

func (v *Validator) append(dst []byte) []byte {
	p := rlp.AppendBytes(nil, v.ID[:])
	p = v.ConsensusKey.append(p)
	p = rlp.AppendBytes(p, v.Transport[:])
	p = v.ExportKey.append(p)
	p = rlp.AppendBytes(p, []byte(v.Organisation))
	p = rlp.AppendUint64(p, v.Weight)
	p = rlp.AppendBytes(p, v.Payout[:])
	return rlp.AppendList(dst, p)
}

func (k *PublicKey) append(dst []byte) []byte {
	p := rlp.AppendUint64(nil, uint64(k.Scheme))
	p = rlp.AppendBytes(p, k.Bytes)
	return rlp.AppendList(dst, p)
}

// Encode returns the canonical encoding of one record.
func (v *Validator) Encode() []byte { return v.append(nil) }

// DecodeValidator reads one record and nothing after it.
func DecodeValidator(b []byte) (Validator, error) {
	d := newDecoder(b, "validator")
	v := d.validator()
	return v, d.finish()
}

// DecodeValidatorSet reads what Encode writes and checks the set.
func DecodeValidatorSet(b []byte) (*ValidatorSet, error) {
	d := newDecoder(b, "validator set")
	s := &ValidatorSet{}
	d.list(func(d *decoder) {
		s.Epoch = d.uint64()
		s.From = d.uint64()
		d.each(MaxValidators, func(d *decoder) { s.Members = append(s.Members, d.validator()) })
	})
	if err := d.finish(); err != nil {
		return nil, err
	}
	return s, s.Check()
}

func (d *decoder) validator() (v Validator) {
	d.list(func(d *decoder) {
		d.fixed(v.ID[:])
		v.ConsensusKey = d.publicKey()
		d.fixed(v.Transport[:])
		v.ExportKey = d.publicKey()
		v.Organisation = string(d.bytes(MaxOrganisation))
		v.Weight = d.uint64()
		d.fixed(v.Payout[:])
	})
	return v
}

func (d *decoder) publicKey() (k PublicKey) {
	d.list(func(d *decoder) {
		k.Scheme = Scheme(d.uint16())
		k.Bytes = d.bytes(MaxKeyBytes)
	})
	return k
}
