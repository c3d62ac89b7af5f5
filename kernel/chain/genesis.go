package chain

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

// GenesisFormat is the version of the genesis file format.
const GenesisFormat = 1

// MaxRootDelay is the largest root delay of a chain.
const MaxRootDelay = 16

// Genesis is the content of a canonical genesis file (RFC 8785 JSON). The hash
// of that file by the chain's suite is the chain's identity.
type Genesis struct {
	Format     uint64          `json:"format"`
	Name       string          `json:"name"`
	EVMChainID uint64          `json:"evmChainId"`
	Time       uint64          `json:"time"`      // milliseconds; time of block 0
	Crypto     string          `json:"crypto"`    // name of the crypto suite
	Consensus  string          `json:"consensus"` // name of the engine
	Commitment string          `json:"commitment"`
	RootDelay  uint64          `json:"rootDelay"` // k: header h carries the roots of h-k (formats, Header)
	Window     uint64          `json:"window"`    // W: heights in which an id cannot come twice
	GasLimit   uint64          `json:"gasLimit"`
	Limits     Limits          `json:"limits"`
	Rules      []Rules         `json:"rules"`
	Fees       Fees            `json:"fees"`
	Admin      []Address       `json:"admin"` // may set parameters and rules until governance takes over
	Validators []GenesisMember `json:"validators"`
	Allocation Allocation      `json:"allocation"`
}

// Fees are the fee parameters at genesis (formats, State).
type Fees struct {
	BaseFee Word    `json:"baseFee"`
	Account Address `json:"account"` // receives base and priority fees
	Burn    bool    `json:"burn"`    // true: the base fee is destroyed instead
}

// GenesisMember is a validator as a genesis file spells it.
type GenesisMember struct {
	ID           NodeID     `json:"id"`
	ConsensusKey GenesisKey `json:"consensusKey"`
	Transport    Hash       `json:"transport"`
	ExportKey    GenesisKey `json:"exportKey"`
	Organisation string     `json:"organisation"`
	Weight       uint64     `json:"weight"`
	Payout       Address    `json:"payout"`
}

// GenesisKey is a public key as a genesis file spells it.
type GenesisKey struct {
	Scheme string `json:"scheme"`
	Key    Bytes  `json:"key"`
}

// Allocation gives accounts their state at height 0.
type Allocation map[Address]AllocatedAccount

// overflows reports whether the balances together do not fit in 256 bits.
func (a Allocation) overflows() bool {
	var sum Word
	for _, account := range a {
		var overflow bool
		if sum, overflow = sum.Add(account.Balance); overflow {
			return true
		}
	}
	return false
}

// AllocatedAccount is the genesis state of one account.
type AllocatedAccount struct {
	Balance Word          `json:"balance,omitzero"`
	Nonce   uint64        `json:"nonce,omitempty"`
	Code    Bytes         `json:"code,omitempty"`
	Storage map[Hash]Hash `json:"storage,omitempty"`
}

// Bytes is a byte string that JSON spells as 0x-prefixed hexadecimal.
type Bytes []byte

// MarshalText implements encoding.TextMarshaler.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(hexText(b)), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (b *Bytes) UnmarshalText(text []byte) error {
	if len(text) < 2 || len(text)%2 != 0 {
		return fmt.Errorf("%w: want 0x and an even number of digits", ErrText)
	}
	*b = make([]byte, len(text)/2-1)
	return unhexText(*b, text)
}

var genesisName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// maxExact is the largest integer that JSON carries exactly (RFC 8785).
const maxExact = 1<<53 - 1

// Canonical returns the canonical genesis file.
func (g *Genesis) Canonical() ([]byte, error) {
	plain, err := json.Marshal(g)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	return canonicaljson.Canonical(plain)
}

// Identity returns the chain identity: the suite's digest of the canonical file.
func (g *Genesis) Identity(h Hasher) (Hash, error) {
	file, err := g.Canonical()
	if err != nil {
		return Hash{}, err
	}
	return hashIn(h, DomainGenesis, file), nil
}

// ParseGenesis reads a genesis file strictly: unknown and duplicate keys are
// refused. The text need not be canonical; its identity is that of the
// canonical form.
func ParseGenesis(file []byte) (*Genesis, error) {
	g := &Genesis{}
	if err := canonicaljson.Decode(file, g); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrGenesis, err)
	}
	return g, g.Check()
}

// Check verifies everything that can be known without a crypto suite. It
// reports all faults at once.
func (g *Genesis) Check() error {
	var faults []error
	fault := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("%w: "+format, append([]any{ErrGenesis}, args...)...))
		}
	}
	fault(g.Format != GenesisFormat, "format is %d, this binary reads %d", g.Format, GenesisFormat)
	fault(!genesisName.MatchString(g.Name), "name %q: use 1 to 63 of a-z, 0-9 and -", g.Name)
	fault(g.EVMChainID == 0 || g.EVMChainID > maxExact, "evmChainId %d: use 1 to 2^53-1", g.EVMChainID)
	fault(g.Time > maxExact, "time %d: milliseconds up to 2^53-1", g.Time)
	fault(g.Crypto == "", "crypto: name a suite")
	fault(g.Consensus == "", "consensus: name an engine")
	fault(g.Commitment == "", "commitment: name a state commitment")
	fault(g.RootDelay > MaxRootDelay, "rootDelay %d: use 0 to %d", g.RootDelay, MaxRootDelay)
	fault(g.Window == 0 || g.Window > 1<<20, "window %d: use 1 to 2^20 heights", g.Window)
	fault(g.GasLimit < 5_000 || g.GasLimit > maxExact, "gasLimit %d: use 5000 to 2^53-1", g.GasLimit)
	fault(g.Limits.TransactionBytes == 0 || g.Limits.TransactionBytes > MaxWire, "limits.transactionBytes: use 1 to %d", MaxWire)
	fault(g.Limits.BlockCount == 0 || g.Limits.BlockCount > MaxTransactions, "limits.blockCount: use 1 to %d", MaxTransactions)
	fault(g.Limits.BlockBytes < g.Limits.TransactionBytes || g.Limits.BlockBytes > 1<<30, "limits.blockBytes: at least one transaction, at most 2^30")
	fault(len(g.Admin) > MaxAdmins, "admin: %d accounts, at most %d", len(g.Admin), MaxAdmins)
	fault(len(g.Rules) > MaxSchedule, "rules: %d activations, at most %d", len(g.Rules), MaxSchedule)
	fault(g.Fees.BaseFee.Cmp(MaxBaseFee) > 0, "fees.baseFee: at most 2^128")
	fault(g.Allocation.overflows(), "allocation: the sum of all balances does not fit in 256 bits")
	if err := checkRules(g.Rules); err != nil {
		faults = append(faults, err)
	}
	if set, err := g.ValidatorSet(); err != nil {
		faults = append(faults, err)
	} else if err := set.Check(); err != nil {
		faults = append(faults, fmt.Errorf("%w: %w", ErrGenesis, err))
	}
	return errors.Join(faults...)
}

func checkRules(schedule []Rules) error {
	if len(schedule) == 0 || schedule[0].Activation != 0 {
		return fmt.Errorf("%w: rules: the first entry must be active from height 0", ErrGenesis)
	}
	for i := range schedule {
		if schedule[i].Version == 0 || schedule[i].Version > maxExact || schedule[i].Activation > maxExact {
			return fmt.Errorf("%w: rules[%d]: version and activation up to 2^53-1, version at least 1", ErrGenesis, i)
		}
		if i > 0 && (schedule[i].Activation <= schedule[i-1].Activation || schedule[i].Version <= schedule[i-1].Version) {
			return fmt.Errorf("%w: rules[%d]: versions and activations must rise", ErrGenesis, i)
		}
	}
	return nil
}

// ValidatorSet returns the set that decides the first blocks.
func (g *Genesis) ValidatorSet() (*ValidatorSet, error) {
	set := &ValidatorSet{}
	for i := range g.Validators {
		member, err := g.Validators[i].Validator()
		if err != nil {
			return nil, fmt.Errorf("%w: validators[%d]: %w", ErrGenesis, i, err)
		}
		set.Members = append(set.Members, member)
	}
	return set, nil
}

// Validator returns the record as a validator set holds it.
func (m *GenesisMember) Validator() (Validator, error) {
	consensus, err := m.ConsensusKey.publicKey()
	if err != nil {
		return Validator{}, err
	}
	export, err := m.ExportKey.publicKey()
	if err != nil {
		return Validator{}, err
	}
	return Validator{
		ID: m.ID, ConsensusKey: consensus, Transport: m.Transport, ExportKey: export,
		Organisation: m.Organisation, Weight: m.Weight, Payout: m.Payout,
	}, nil
}

func (k GenesisKey) publicKey() (PublicKey, error) {
	scheme, known := SchemeByName(k.Scheme)
	if !known {
		return PublicKey{}, fmt.Errorf("unknown scheme %q", k.Scheme)
	}
	return PublicKey{Scheme: scheme, Bytes: k.Key}, nil
}
