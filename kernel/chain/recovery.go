package chain

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Recovery is the decision of people to go on after more validators are lost than
// an engine tolerates: from the block after Height a smaller set decides. No proof
// leads from the old set to the new one, so that every node and every light client
// must be told of it; the block after Height holds it as evidence, so that nobody can
// overlook it later. What is given up is whatever the lost validators may have
// decided above Height.
type Recovery struct {
	Height     uint64 // of the last block that is kept
	Hash       Hash   // of its header
	Validators *ValidatorSet
	Reason     string
	Signatures [][]byte // by the consensus keys of all members of Validators, in their order
}

// Bounds of a recovery.
const (
	MaxReason        = 1024
	recoveryKind     = "recovery/1"
	maxSignatureSize = 8 << 10
)

// ErrRecovery says that a recovery is not acceptable.
var ErrRecovery = errors.New("chain: recovery is not valid")

func (r *Recovery) content() []byte {
	p := rlp.AppendBytes(nil, []byte(recoveryKind))
	p = rlp.AppendUint64(p, r.Height)
	p = rlp.AppendBytes(p, r.Hash[:])
	p = rlp.AppendBytes(p, r.Validators.Encode())
	return rlp.AppendBytes(p, []byte(r.Reason))
}

// Digest is what every member of the new set signs.
func (r *Recovery) Digest(h Hasher, identity Hash) Hash {
	return SigningHash(h, DomainAttestation, identity, recoveryKind, rlp.AppendList(nil, r.content()))
}

// Encode returns the canonical encoding: [kind, height, hash, set, reason,
// [signature…]], as it stands in a body's evidence.
func (r *Recovery) Encode() []byte {
	var signatures []byte
	for _, s := range r.Signatures {
		signatures = rlp.AppendBytes(signatures, s)
	}
	return rlp.AppendList(nil, rlp.AppendList(r.content(), signatures))
}

// DecodeRecovery reads what Encode writes.
func DecodeRecovery(b []byte) (*Recovery, error) {
	d := newDecoder(b, "recovery")
	r := &Recovery{}
	var kind string
	var set []byte
	d.list(func(d *decoder) {
		kind = string(d.bytes(len(recoveryKind)))
		r.Height = d.uint64()
		d.fixed(r.Hash[:])
		set = d.bytes(MaxWire)
		r.Reason = string(d.bytes(MaxReason))
		d.each(MaxValidators, func(d *decoder) { r.Signatures = append(r.Signatures, d.bytes(maxSignatureSize)) })
	})
	if err := d.finish(); err != nil {
		return nil, err
	}
	if kind != recoveryKind {
		return nil, fmt.Errorf("%w: kind %q", ErrRecovery, kind)
	}
	var err error
	r.Validators, err = DecodeValidatorSet(set)
	return r, err
}

// Check verifies that the recovery keeps members of the set that decided before,
// with their keys, and that every one of them has signed it. verify checks one
// signature.
func (r *Recovery) Check(h Hasher, identity Hash, before *ValidatorSet, verify func(key PublicKey, digest Hash, signature []byte) error) error {
	switch {
	case r.Validators.Epoch != before.Epoch+1 || r.Validators.From != r.Height+1:
		return fmt.Errorf("%w: epoch %d from height %d, want epoch %d from %d", ErrRecovery, r.Validators.Epoch, r.Validators.From, before.Epoch+1, r.Height+1)
	case len(r.Signatures) != len(r.Validators.Members):
		return fmt.Errorf("%w: %d signatures for %d validators", ErrRecovery, len(r.Signatures), len(r.Validators.Members))
	}
	digest := r.Digest(h, identity)
	for i := range r.Validators.Members {
		member := &r.Validators.Members[i]
		known, ok := before.Member(member.ID)
		if !ok || string(known.Encode()) != string(member.Encode()) {
			return fmt.Errorf("%w: %s was no validator with these keys", ErrRecovery, member.ID)
		}
		if err := verify(member.ConsensusKey, digest, r.Signatures[i]); err != nil {
			return fmt.Errorf("%w: signature of %s: %w", ErrRecovery, member.ID, err)
		}
	}
	return nil
}
