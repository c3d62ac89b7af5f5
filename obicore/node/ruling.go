package node

import (
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Ruling is what state says about the making of a block: the parameters under
// which it is made and executed, and the validators who decide it.
type Ruling struct {
	Parameters *chain.Parameters
	Validators *chain.ValidatorSet
	coinbase   *chain.Address // where development has chosen one
	set        chain.Hash     // of Validators
}

// payout returns the coinbase of a proposer's block.
func (r *Ruling) payout(proposer chain.NodeID) chain.Address {
	if r.coinbase != nil {
		return *r.coinbase
	}
	member, _ := r.Validators.Member(proposer)
	return member.Payout
}

// rulingHeight returns the height whose state rules the block at height: that of
// height-1-k, so that a change executed at h takes effect at h+k+1 and nobody has
// to execute a block before the next one is ordered (formats, Header and Validators).
func (c *Chain) rulingHeight(height uint64) uint64 {
	back := 1 + c.genesis.RootDelay
	return max(height, back) - back
}

// Ruling returns what rules the block at a height; the state of rulingHeight must
// be kept.
func (c *Chain) Ruling(height uint64) (*Ruling, error) {
	ruling, err := c.stateRuling(height)
	if err != nil {
		return nil, err
	}
	return c.recovered(height, ruling), nil
}

// stateRuling is Ruling by state alone, whatever a recovery says.
func (c *Chain) stateRuling(height uint64) (*Ruling, error) {
	source := c.rulingHeight(height)
	ruling, generation := c.rulings.get(source)
	if ruling != nil {
		return ruling, nil
	}
	view, err := c.store.View(source)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	if c.editable() {
		view = c.edited(view)
	}
	if ruling, err = c.readRuling(view); err != nil {
		return nil, err
	}
	c.rulings.put(source, ruling, generation)
	return ruling, nil
}

func (c *Chain) readRuling(view ledger.View) (*Ruling, error) {
	parameters, err := readParameters(view)
	if err != nil {
		return nil, err
	}
	validators, err := readValidators(view)
	if err != nil {
		return nil, err
	}
	coinbase, err := c.chosenCoinbase(view)
	return &Ruling{Parameters: parameters, Validators: validators, coinbase: coinbase, set: validators.Hash(c.suite)}, err
}

// deciding returns the set that decides the block after the tip, as far as this
// node knows.
func (c *Chain) deciding() *chain.ValidatorSet { return c.decidingRuling().Validators }

func (c *Chain) decidingRuling() *Ruling {
	ruling, err := c.Ruling(c.Tip().Header.Height + 1)
	if err != nil {
		return &c.Head().Ruling // the tip runs ahead of execution
	}
	return ruling
}

func readParameters(view ledger.View) (*chain.Parameters, error) {
	value, err := view.Get(chain.ParametersKey)
	if err != nil {
		return nil, err
	}
	return chain.DecodeParameters(value)
}

func readValidators(view ledger.View) (*chain.ValidatorSet, error) {
	value, err := view.Get(chain.ValidatorsKey)
	if err != nil {
		return nil, err
	}
	return chain.DecodeValidatorSet(value)
}

// nextValidators returns the set that decides the block after height: for a chain
// whose headers carry their own roots it is in the block's own results.
func (c *Chain) nextValidators(height uint64, now *chain.ValidatorSet, own *chain.Results) (*chain.ValidatorSet, error) {
	if c.genesis.RootDelay > 0 {
		rule := c.Ruling
		if c.recovers(height + 1) {
			rule = c.stateRuling // what the last kept block announced before anything was lost
		}
		ruling, err := rule(height + 1)
		if err != nil {
			return nil, err
		}
		return ruling.Validators, nil
	}
	if value, changed := own.Written(chain.ValidatorsKey); changed {
		return chain.DecodeValidatorSet(value)
	}
	return now, nil
}

// rulingsKept is how many heights' rulings are remembered: those that blocks in
// flight and the next one need, for any root delay.
const rulingsKept = 32

// rulings remembers what states say about the making of blocks. Their generation
// changes with every latest state, so that nothing that was read before an edit or
// a rewind is put in after.
type rulings struct {
	mutex      sync.Mutex
	generation uint64
	kept       [rulingsKept]struct {
		height uint64
		ruling *Ruling
	}
}

// get returns a ruling, or nil and the generation in which it may be put.
func (r *rulings) get(height uint64) (*Ruling, uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if place := &r.kept[height%rulingsKept]; place.height == height {
		return place.ruling, r.generation
	}
	return nil, r.generation
}

// put keeps what was read in a generation, unless that is over.
func (r *rulings) put(height uint64, ruling *Ruling, generation uint64) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if generation == r.generation {
		r.place(height, ruling)
	}
}

// set keeps the ruling of the latest state, which an edit may have changed.
func (r *rulings) set(height uint64, ruling *Ruling) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.generation++
	r.place(height, ruling)
}

func (r *rulings) place(height uint64, ruling *Ruling) {
	place := &r.kept[height%rulingsKept]
	place.height, place.ruling = height, ruling
}

// clear forgets everything: the chain has been rewound.
func (r *rulings) clear() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.generation++
	for i := range r.kept {
		r.kept[i].ruling = nil
	}
}
