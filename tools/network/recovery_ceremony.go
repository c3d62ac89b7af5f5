package network

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Where each organisation keeps its own node, a recovery is agreed upon as the genesis
// was: one drafts it, all that go on approve it with their nodes' keys, and each adopts
// it with the approvals of all. The nodes stay stopped from the first approval on: what
// they decided after it would be given up.

// Standing is where a stopped node stands.
type Standing struct {
	Home, Data string // its directories
	Suite      crypto.Suite
	Identity   chain.Hash          // of the chain
	Height     uint64              // of its last block
	Hash       chain.Hash          // of that block's header
	Validators *chain.ValidatorSet // that would decide the next one
}

// RecoveryApproval is a validator's signature under a recovery.
type RecoveryApproval struct {
	Validator chain.NodeID `json:"validator"`
	Digest    chain.Hash   `json:"digest"`
	Signature chain.Bytes  `json:"signature"`
}

// DraftRecovery makes the draft of a recovery from the last block of a node: the named
// validators go on from there.
func DraftRecovery(at *Standing, keep []chain.NodeID, reason string) (*RecoveryRecord, error) {
	if len(keep) == 0 {
		return nil, errors.New("network: nobody is named to go on")
	}
	r, err := recoveryOf(at.Height, at.Hash, at.Validators, keep, reason)
	if err != nil {
		return nil, err
	}
	return recordOf(r), nil
}

// fits returns the recovery of a draft when a node can go on by it.
func (at *Standing) fits(draft *RecoveryRecord) (*chain.Recovery, error) {
	r, err := draft.Decode()
	switch {
	case err != nil:
		return nil, err
	case len(r.Signatures) > 0:
		return nil, errors.New("network: this is a recovery, with signatures, and no draft of one")
	case at.Height > r.Height:
		return nil, fmt.Errorf("network: this node has block %d, the draft would give up all above %d: make the draft from here", at.Height, r.Height)
	case at.Height < r.Height:
		return nil, fmt.Errorf("network: this node has come to block %d, the draft keeps %d: start it beside those that have it until it has caught up", at.Height, r.Height)
	case at.Hash != r.Hash:
		return nil, fmt.Errorf("%w: it keeps block %s at height %d, this node has %s", chain.ErrRecovery, r.Hash, r.Height, at.Hash)
	}
	var keep []chain.NodeID
	for i := range r.Validators.Members {
		keep = append(keep, r.Validators.Members[i].ID)
	}
	want, err := recoveryOf(at.Height, at.Hash, at.Validators, keep, r.Reason)
	if err == nil && want.Validators.Hash(at.Suite) != r.Validators.Hash(at.Suite) {
		err = fmt.Errorf("%w: its validators are not those that this node knows", chain.ErrRecovery)
	}
	return r, err
}

// Approve signs the draft of a recovery with the key of the node, which must be one that
// goes on. The node keeps in mind what it has approved: it does not start before it has
// adopted that, and approves nothing else.
func (at *Standing) Approve(registry *kernel.Registry, draft *RecoveryRecord) (*RecoveryApproval, error) {
	approval, err := at.sign(registry, draft)
	if err != nil {
		return nil, err
	}
	return approval, remember(at.Home, approval)
}

func (at *Standing) sign(registry *kernel.Registry, draft *RecoveryRecord) (*RecoveryApproval, error) {
	r, err := at.fits(draft)
	if err != nil {
		return nil, err
	}
	node, err := LoadIdentity(registry, at.Suite, Channel, at.Home)
	if err != nil {
		return nil, err
	}
	if _, ok := r.Validators.Member(node.ID); !ok {
		return nil, fmt.Errorf("network: the node of %s does not go on by this draft", at.Home)
	}
	digest := r.Digest(at.Suite, at.Identity)
	signature, err := node.Consensus.Sign(digest)
	return &RecoveryApproval{Validator: node.ID, Digest: digest, Signature: signature}, err
}

// Adopt has the stopped node follow a recovery that all who go on have approved. It may be
// repeated.
func (at *Standing) Adopt(draft *RecoveryRecord, approvals []*RecoveryApproval) (*chain.Recovery, error) {
	if r, err := at.adopted(draft); r != nil || err != nil {
		return r, err
	}
	r, err := at.fits(draft)
	if err != nil {
		return nil, err
	}
	digest := r.Digest(at.Suite, at.Identity)
	for i := range r.Validators.Members {
		member := &r.Validators.Members[i]
		given := slices.IndexFunc(approvals, func(a *RecoveryApproval) bool { return a.Validator == member.ID })
		switch {
		case given < 0:
			return nil, fmt.Errorf("%w: the approval of %s (%s) is missing", chain.ErrRecovery, member.Organisation, member.ID)
		case approvals[given].Digest != digest:
			return nil, fmt.Errorf("%w: %s (%s) has approved another one", chain.ErrRecovery, member.Organisation, member.ID)
		}
		r.Signatures = append(r.Signatures, approvals[given].Signature)
	}
	verify := func(key chain.PublicKey, digest chain.Hash, signature []byte) error {
		return crypto.Verify(at.Suite, key, digest, signature)
	}
	if err := r.Check(at.Suite, at.Identity, at.Validators, verify); err != nil {
		return nil, err
	}
	return r, errors.Join(writeRecovery(at.Home, at.Data, r), forget(at.Home))
}

// adopted returns the recovery of a draft when the node follows it already, and ends what
// may have been cut short.
func (at *Standing) adopted(draft *RecoveryRecord) (*chain.Recovery, error) {
	r, err := LoadRecovery(at.Home)
	if r == nil || err != nil {
		return nil, err
	}
	wanted, err := draft.Decode()
	if err != nil || wanted.Digest(at.Suite, at.Identity) != r.Digest(at.Suite, at.Identity) {
		return nil, err
	}
	if _, err := os.Stat(logAside(at.Data, r)); errors.Is(err, os.ErrNotExist) {
		if err := putLogAside(at.Data, r); err != nil {
			return nil, err
		}
	}
	return r, forget(at.Home)
}
