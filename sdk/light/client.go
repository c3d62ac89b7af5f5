package light

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Errors of a client.
var (
	ErrStale   = errors.New("light: the trusted header is too old")
	ErrHeader  = errors.New("light: header is not acceptable")
	ErrUnknown = errors.New("light: no verifier for this kind of proof")
)

// Options configure a client.
type Options struct {
	Suite crypto.Suite
	// Consensus is the name of the chain's engine in genesis, such as "smartbft": decisions
	// of others are refused. When it is empty those of engines against Byzantine faults are
	// believed, and of a validator that is alone; an engine against crashes, where a mere
	// majority decides, must be named.
	Consensus string
	// RootDelay is the chain's k: the header at h carries the roots of h-k.
	RootDelay uint64
	// State verifies proofs of state; that of the chain's commitment.
	State ledger.Verifier
	// TrustPeriod is how long a set's word counts after its last trusted header; 14
	// days when 0.
	TrustPeriod time.Duration
	// MaxAge is how old a header may be to count as fresh; 1 minute when 0.
	MaxAge time.Duration
	// Drift is how far ahead of the client's clock a header may be; 10 s when 0.
	Drift time.Duration
	// Now is the client's clock; the system's when nil.
	Now func() time.Time
}

// Client follows one chain. It is a plain value: not safe for concurrent use.
type Client struct {
	options   Options
	verifiers map[string]consensus.ProofVerifier
	trusted   Checkpoint
}

// New returns a client that starts from a checkpoint.
func New(checkpoint Checkpoint, options Options) (*Client, error) {
	if options.Suite == nil || checkpoint.Header == nil || checkpoint.Validators == nil {
		return nil, errors.New("light: a checkpoint needs a suite, a header and a validator set")
	}
	if err := checkpoint.Validators.Check(); err != nil {
		return nil, err
	}
	if have := checkpoint.Validators.Hash(options.Suite); have != checkpoint.Header.NextValidators {
		return nil, fmt.Errorf("light: the checkpoint's set is %s, its header announces %s", have, checkpoint.Header.NextValidators)
	}
	fill(&options)
	c := &Client{options: options, trusted: checkpoint, verifiers: make(map[string]consensus.ProofVerifier)}
	for _, v := range Verifiers(consensus.SignatureBy(options.Suite)) {
		if options.believes(v) {
			c.verifiers[v.Kind()] = v
		}
	}
	return c, nil
}

// believes reports whether a kind of decision counts on this chain.
func (o *Options) believes(v consensus.ProofVerifier) bool {
	if o.Consensus != "" {
		return strings.HasPrefix(v.Kind(), o.Consensus+"/")
	}
	quorum, votes := v.(consensus.QuorumVerifier)
	return !votes || quorum.Fault == consensus.BFT
}

func fill(o *Options) {
	if o.TrustPeriod == 0 {
		o.TrustPeriod = 14 * 24 * time.Hour
	}
	if o.MaxAge == 0 {
		o.MaxAge = time.Minute
	}
	if o.Drift == 0 {
		o.Drift = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// Suite returns the chain's crypto suite.
func (c *Client) Suite() crypto.Suite { return c.options.Suite }

// Trusted returns what the client trusts now.
func (c *Client) Trusted() Checkpoint { return c.trusted }

// Head returns the trusted header if it is fresh, else ErrStale.
func (c *Client) Head() (*chain.Header, error) {
	if age := c.age(); age > c.options.MaxAge {
		return c.trusted.Header, fmt.Errorf("%w: height %d is %s old, %s is allowed", ErrStale, c.trusted.Header.Height, age.Round(time.Second), c.options.MaxAge)
	}
	return c.trusted.Header, nil
}

func (c *Client) age() time.Duration {
	return c.options.Now().Sub(time.UnixMilli(int64(c.trusted.Header.Time)))
}

// Advance goes on to a later header. next is the set that the header announces; it
// may be nil when the set does not change. Headers in between may be left out as
// long as the set is the trusted one: then the header is decided by a set of which
// enough are honest.
func (c *Client) Advance(header *chain.Header, proof chain.Proof, next *chain.ValidatorSet) error {
	trusted := c.trusted.Header
	if age := c.age(); age > c.options.TrustPeriod {
		return fmt.Errorf("%w: its set's word counts for %s, it is %s old; start from a new checkpoint", ErrStale, c.options.TrustPeriod, age.Round(time.Hour))
	}
	hash := header.Hash(c.options.Suite)
	switch {
	case header.Chain != trusted.Chain:
		return fmt.Errorf("%w: chain %s, want %s", ErrHeader, header.Chain, trusted.Chain)
	case header.Height <= trusted.Height:
		return fmt.Errorf("%w: height %d, %d is trusted already", ErrHeader, header.Height, trusted.Height)
	case header.Time <= trusted.Time:
		return fmt.Errorf("%w: its time is not after the trusted header's", ErrHeader)
	case time.UnixMilli(int64(header.Time)).After(c.options.Now().Add(c.options.Drift)):
		return fmt.Errorf("%w: its time is more than %s ahead of this clock", ErrHeader, c.options.Drift)
	case header.Height == trusted.Height+1 && header.Parent != trusted.Hash(c.options.Suite):
		return fmt.Errorf("%w: it is not a child of the trusted header", ErrHeader)
	case header.Validators != trusted.NextValidators:
		return fmt.Errorf("%w: it is decided by set %s, the trusted one is %s; bring the header before that announces it", ErrHeader, header.Validators, trusted.NextValidators)
	}
	verifier := c.verifiers[proof.Kind]
	if verifier == nil {
		return fmt.Errorf("%w: %q", ErrUnknown, proof.Kind)
	}
	if err := verifier.Verify(header.Chain, c.trusted.Validators, header, hash, proof); err != nil {
		return err
	}
	set, err := c.successor(header, next)
	if err == nil {
		c.trusted = Checkpoint{Header: header, Validators: set}
	}
	return err
}

// successor returns the set that decides after a header.
func (c *Client) successor(header *chain.Header, next *chain.ValidatorSet) (*chain.ValidatorSet, error) {
	if header.NextValidators == header.Validators {
		return c.trusted.Validators, nil
	}
	if next == nil {
		return nil, fmt.Errorf("%w: it announces another set, which is missing", ErrHeader)
	}
	if err := next.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	if have := next.Hash(c.options.Suite); have != header.NextValidators {
		return nil, fmt.Errorf("%w: it announces set %s, not %s", ErrHeader, header.NextValidators, have)
	}
	return next, nil
}
