package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

// A network of several organisations is made in four steps. Each organisation makes
// the keys of its node and gives its record to the others; somebody assembles a
// draft from the records; each organisation reads the draft and approves it with its
// node's key; with all approvals each joins. Secrets never travel, and nobody has to
// be trusted: a node joins only a genesis that all of its validators have approved.

// Draft is a genesis that is to be approved, with the records that it is made of.
type Draft struct {
	Genesis string    `json:"genesis"` // the canonical file: its bytes are what is approved
	Records []*Record `json:"records"`
}

// Approval is a validator's signature under the identity of a genesis.
type Approval struct {
	Validator chain.NodeID `json:"validator"`
	Identity  chain.Hash   `json:"identity"`
	Signature chain.Bytes  `json:"signature"`
}

// approvalKind separates these signatures from all others.
const approvalKind = "network/approval"

// ErrApproval says that a genesis is not approved by all of its validators.
var ErrApproval = errors.New("network: the genesis is not approved")

// NewMember makes the keys of a node in a new home and returns its record.
func NewMember(registry *kernel.Registry, home, suiteName, name, organisation, address string) (*Record, error) {
	suite, err := registry.CryptoSuite(suiteName)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return nil, err
	}
	return newHome(registry, suite, home, Node{Name: name, Mesh: address}, organisation)
}

// Assemble makes a draft from records. The administrator changes parameters and
// validators until governance does.
func Assemble(registry *kernel.Registry, settings Settings, administrators []chain.Address, records []*Record) (*Draft, error) {
	suite, err := registry.CryptoSuite(settings.Crypto)
	if err != nil {
		return nil, err
	}
	if err := settings.check(registry); err != nil {
		return nil, err
	}
	if len(administrators) == 0 {
		return nil, errors.New("network: no administrator: nobody could ever change parameters or validators; name one with --admin")
	}
	for _, r := range records {
		if err := r.Check(suite); err != nil {
			return nil, err
		}
	}
	genesis := Genesis(settings, records)
	genesis.Admin = administrators
	if err := genesis.Check(); err != nil {
		return nil, err
	}
	file, err := genesis.Canonical()
	return &Draft{Genesis: string(file), Records: records}, err
}

// parse returns the genesis of a draft with its suite and identity, after checking
// that it names exactly the validators of the records.
func (d *Draft) parse(registry *kernel.Registry) (*chain.Genesis, crypto.Suite, chain.Hash, error) {
	genesis, err := chain.ParseGenesis([]byte(d.Genesis))
	if err != nil {
		return nil, nil, chain.Hash{}, err
	}
	suite, err := registry.CryptoSuite(genesis.Crypto)
	if err != nil {
		return nil, nil, chain.Hash{}, err
	}
	for _, r := range d.Records {
		if err := r.Check(suite); err != nil {
			return nil, nil, chain.Hash{}, err
		}
	}
	if want, err := (&chain.Genesis{Validators: members(d.Records)}).ValidatorSet(); err != nil {
		return nil, nil, chain.Hash{}, err
	} else if have, err := genesis.ValidatorSet(); err != nil || have.Hash(suite) != want.Hash(suite) {
		return nil, nil, chain.Hash{}, errors.Join(errors.New("network: the draft's validators are not those of its records"), err)
	}
	identity, err := genesis.Identity(suite)
	return genesis, suite, identity, err
}

// Read returns the genesis of a draft and its identity, after checking that it names
// exactly the validators of the records.
func (d *Draft) Read(registry *kernel.Registry) (*chain.Genesis, chain.Hash, error) {
	genesis, _, identity, err := d.parse(registry)
	return genesis, identity, err
}

// Approve signs a draft with the key of the node in a home, whose record must be in
// it.
func (d *Draft) Approve(registry *kernel.Registry, home string) (*Approval, error) {
	genesis, suite, identity, err := d.parse(registry)
	if err != nil {
		return nil, err
	}
	node, err := LoadIdentity(registry, suite, Channel, home)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(genesis.Validators, func(m chain.GenesisMember) bool { return m.ID == node.ID }) {
		return nil, fmt.Errorf("network: the node of %s is not in this draft", home)
	}
	signature, err := node.Consensus.Sign(approvalDigest(suite, identity))
	return &Approval{Validator: node.ID, Identity: identity, Signature: signature}, err
}

func approvalDigest(suite crypto.Suite, identity chain.Hash) chain.Hash {
	return chain.SigningHash(suite, chain.DomainAttestation, identity, approvalKind, nil)
}

// Join writes genesis and configuration of the node in a home, if all validators of
// the draft have approved it. rpc is where the node's clients connect.
func (d *Draft) Join(registry *kernel.Registry, home, rpc string, approvals []*Approval) error {
	genesis, suite, identity, err := d.parse(registry)
	if err != nil {
		return err
	}
	node, err := LoadIdentity(registry, suite, Channel, home)
	if err != nil {
		return err
	}
	if err := d.approved(genesis, suite, identity, approvals); err != nil {
		return err
	}
	own := slices.IndexFunc(d.Records, func(r *Record) bool { return r.Validator.ID == node.ID })
	if own < 0 {
		return fmt.Errorf("network: the node of %s is not in this draft", home)
	}
	if _, err := os.Stat(filepath.Join(home, GenesisFile)); err == nil {
		return fmt.Errorf("%s belongs to a chain already", home)
	}
	settings := configuration.Default()
	settings.Data.Genesis, settings.Data.Directory, settings.Data.Key = GenesisFile, DataFolder, ConsensusFile
	settings.RPC.Address, settings.Network.Listen = rpc, d.Records[own].Address
	settings.Network.Peers = peersOf(d.Records, node.ID)
	file, err := settings.Encode()
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(home, ConfigurationFile), file, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(home, GenesisFile), []byte(d.Genesis), 0o600)
}

func (d *Draft) approved(genesis *chain.Genesis, suite crypto.Suite, identity chain.Hash, approvals []*Approval) error {
	set, err := genesis.ValidatorSet()
	if err != nil {
		return err
	}
	for i := range set.Members {
		member := &set.Members[i]
		at := slices.IndexFunc(approvals, func(a *Approval) bool { return a.Validator == member.ID })
		if at < 0 {
			return fmt.Errorf("%w: the approval of %s (%s) is missing", ErrApproval, member.Organisation, member.ID)
		}
		if approvals[at].Identity != identity {
			return fmt.Errorf("%w: %s has approved another genesis, %s", ErrApproval, member.Organisation, approvals[at].Identity)
		}
		if err := crypto.Verify(suite, member.ConsensusKey, approvalDigest(suite, identity), approvals[at].Signature); err != nil {
			return fmt.Errorf("%w: signature of %s: %w", ErrApproval, member.Organisation, err)
		}
	}
	return nil
}
