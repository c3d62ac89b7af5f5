package node

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// maxOffences bounds the pieces of evidence in one block: each costs every node two
// signature checks.
const maxOffences = 16

// offenceOf is what a piece of evidence convicts of.
func offenceOf(e *consensus.Evidence) chain.Offence {
	return chain.Offence{Accused: e.Accused, Height: e.A.Height, Round: e.A.Round}
}

// checkMisbehaviour checks the evidence in a block and returns its offences. Evidence
// is against members of the set that decides the block, under their present keys: that
// is what every node knows at this height, whatever it has pruned.
func (c *Chain) checkMisbehaviour(block *chain.Block, ruling *Ruling) ([]chain.Offence, error) {
	items := block.Body.Evidence
	if len(items) > maxOffences {
		return nil, fmt.Errorf("%d pieces of evidence, at most %d stand in a block", len(items), maxOffences)
	}
	var offences []chain.Offence
	for n, item := range items {
		e, err := consensus.DecodeEvidence(item)
		if err == nil {
			err = c.checkOffence(e, block.Header.Height, ruling)
		}
		if err != nil {
			return nil, fmt.Errorf("evidence %d: %w", n, err)
		}
		offences = append(offences, offenceOf(e))
		if n > 0 && bytes.Compare(offences[n-1].Accused[:], e.Accused[:]) >= 0 {
			return nil, fmt.Errorf("evidence %d: against %s, not in ascending order of the accused", n, e.Accused)
		}
	}
	return offences, nil
}

// checkOffence checks that a block at a height may record a piece of evidence.
func (c *Chain) checkOffence(e *consensus.Evidence, height uint64, ruling *Ruling) error {
	if e.A.Height > height {
		return fmt.Errorf("%w: votes at height %d, which is to come", consensus.ErrEvidence, e.A.Height)
	}
	recorded, err := c.recorded(height, e.Accused)
	if err != nil {
		return err
	}
	if !recorded.Before(offenceOf(e)) {
		return fmt.Errorf("%w: an offence of %s at height %d, round %d is recorded already", consensus.ErrEvidence, e.Accused, recorded.Height, recorded.Round)
	}
	return e.Verify(c.verifyVote, c.identity, ruling.Validators)
}

// recorded returns what is recorded against a validator before the block at a height:
// by the state that rules it, and in the blocks that this state has not seen.
func (c *Chain) recorded(height uint64, accused chain.NodeID) (conviction chain.Conviction, err error) {
	seen := c.rulingHeight(height)
	view, err := c.store.View(seen)
	if err != nil {
		return conviction, err
	}
	defer view.Close()
	value, err := view.Get(chain.ConvictionKey(accused))
	if err != nil {
		return conviction, err
	}
	if conviction, err = chain.DecodeConviction(value); err != nil {
		return conviction, err
	}
	for at := seen + 1; at < height; at++ {
		body, err := c.store.Body(at)
		if err != nil {
			return conviction, err
		}
		for _, offence := range offencesIn(body) {
			if offence.Accused == accused && conviction.Before(offence) {
				conviction = conviction.With(offence)
			}
		}
	}
	return conviction, nil
}

// offencesIn returns the offences that a decided block records.
func offencesIn(body *chain.Body) (offences []chain.Offence) {
	for _, item := range body.Evidence {
		if e, err := consensus.DecodeEvidence(item); err == nil { // a recovery is none
			offences = append(offences, offenceOf(e))
		}
	}
	return offences
}

// Conviction returns what the latest state holds against a validator.
func (c *Chain) Conviction(accused chain.NodeID) (conviction chain.Conviction, err error) {
	view, err := c.View(c.Head().Header.Height)
	if err != nil {
		return conviction, err
	}
	defer view.Close()
	value, err := view.Get(chain.ConvictionKey(accused))
	if err != nil {
		return conviction, err
	}
	return chain.DecodeConviction(value)
}

// dossier keeps the evidence that no block has recorded yet, the first against each
// validator: one conviction is enough for whoever decides what follows from it.
type dossier struct {
	mutex sync.Mutex
	kept  map[chain.NodeID]*consensus.Evidence
}

// keep takes evidence that convicts, and reports whether it is news.
func (d *dossier) keep(e *consensus.Evidence) bool {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.kept[e.Accused] != nil {
		return false
	}
	if d.kept == nil {
		d.kept = make(map[chain.NodeID]*consensus.Evidence)
	}
	d.kept[e.Accused] = e
	return true
}

// list returns what is kept, in ascending order of the accused.
func (d *dossier) list() []*consensus.Evidence {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	list := make([]*consensus.Evidence, 0, len(d.kept))
	for _, e := range d.kept {
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b *consensus.Evidence) int { return bytes.Compare(a.Accused[:], b.Accused[:]) })
	return list
}

func (d *dossier) drop(e *consensus.Evidence) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.kept[e.Accused] == e {
		delete(d.kept, e.Accused)
	}
}

// accuse takes evidence that an engine or a peer has, and reports whether it is news:
// it then stands in the next block that this node proposes.
func (c *Chain) accuse(e *consensus.Evidence) (news bool, err error) {
	conviction, err := c.Conviction(e.Accused)
	if err != nil || !conviction.Before(offenceOf(e)) {
		return false, err
	}
	if err := e.Verify(c.verifyVote, c.identity, c.deciding()); err != nil {
		return false, err
	}
	if news = c.dossier.keep(e); news {
		c.log.Warn("evidence of misbehaviour", "kind", e.Kind, "height", e.A.Height, "round", e.A.Round, "accused", e.Accused)
		c.metrics.evidence.Inc()
	}
	return news, nil
}

// chooseEvidence returns what a proposal records, and drops what is recorded.
func (c *Chain) chooseEvidence(height uint64, ruling *Ruling) (items [][]byte, offences []chain.Offence) {
	for _, e := range c.dossier.list() {
		if err := c.checkOffence(e, height, ruling); err != nil {
			c.dossier.drop(e)
			continue
		}
		if len(items) < maxOffences {
			items, offences = append(items, e.Encode()), append(offences, offenceOf(e))
		}
	}
	return items, offences
}

// tellEvidence hands evidence to the other validators: any of them may propose next.
func (l *link) tellEvidence(e *consensus.Evidence) {
	message := (&blocksync.Evidence{Item: e.Encode()}).Encode()
	validators := l.deciding()
	for i := range validators.Members {
		if id := validators.Members[i].ID; id != l.options.Self {
			l.send(id, network.Sync, message)
		}
	}
}

// receiveEvidence takes a peer's evidence. It is not passed on: who has found it has
// told everybody.
func (l *link) receiveEvidence(from chain.NodeID, item []byte) {
	e, err := consensus.DecodeEvidence(bytes.Clone(item))
	if err == nil {
		_, err = l.accuse(e)
	}
	if err != nil {
		l.log.Debug("evidence of a peer refused", "peer", from, "reason", err)
	}
}
