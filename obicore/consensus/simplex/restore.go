package simplex

import (
	"fmt"

	upstream "github.com/ava-labs/simplex"
)

// readLog reads the log of votes.
func (e *engine) readLog() (entries []entry, err error) {
	err = e.wal.Replay(func(b []byte) error {
		read, err := parseEntry(b)
		entries = append(entries, read)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("simplex: the log of votes cannot be read, and without it this node could contradict itself; restore the file or give the node a new key: %w", err)
	}
	return entries, nil
}

// restore takes up the log above the tip: what this node has signed, the fillers that
// are finalized, and the records from which Simplex may resume. Simplex would not start
// from a block that does not verify any more, or from a certificate without its block;
// a finalization that it finds in its log it never carries out, so that it gets it as a
// message.
func (i *instance) restore(entries []entry) error {
	set := i.members.set
	i.engine.votes.enter(set.Epoch)
	tip := i.ledger.last().header
	var open []entry
	for _, e := range entries {
		if e.epoch == set.Epoch && e.what == loggedFiller && e.seq > tip.Seq {
			if err := i.restoreFiller(e); err != nil {
				return err
			}
		} else if e.epoch == set.Epoch && e.what != loggedFiller {
			open = append(open, e)
		}
	}
	last := i.ledger.last().header
	var above []entry
	for _, e := range open {
		if e.round > last.Round {
			i.engine.votes.recall(e)
			above = append(above, e)
		}
	}
	i.engine.votes.prune(last.Round)
	i.resume(above, last)
	for _, e := range entries {
		e.raw = nil
		i.journal.entries = append(i.journal.entries, e)
	}
	return nil
}

// restoreFiller puts a finalized filler on top of the ledger, if it belongs there.
func (i *instance) restoreFiller(e entry) error {
	b, c, err := decodeFiller(e.raw)
	if err != nil {
		return err
	}
	b.owner = i
	last := i.ledger.last().header
	if b.header.Seq != last.Seq+1 || b.header.Prev != last.Digest || c.bind(i) != nil {
		return nil
	}
	made := indexed{block: b}
	made.finalization.Finalization.BlockHeader, made.finalization.QC = b.header, c
	height, hash := i.ledger.tip()
	i.ledger.add(made)
	i.ancestry.add(&ancestor{block: b, height: height, hash: hash})
	return nil
}

// resume chooses what Simplex resumes from.
func (i *instance) resume(above []entry, last upstream.BlockHeader) {
	kept := make(map[uint64]upstream.Digest)
	for _, e := range above {
		switch e.what {
		case loggedBlock, loggedOtherBlock:
			certified, decided := i.engine.votes.certificate(e.round)
			if _, again := kept[e.round]; again || decided && certified != e.digest || e.seq <= last.Seq || !i.restoreBlock(e) {
				continue
			}
			kept[e.round] = e.digest
			i.stored.put(e.round, e.digest)
		case loggedNotarization, loggedFinalization:
			if digest, ok := kept[e.round]; !ok || digest != e.digest {
				continue
			}
			i.ancestry.notarize(e.digest)
			i.engine.enterRound(e.round + 1)
			if e.what == loggedFinalization {
				i.restoreFinalization(e)
				continue
			}
		case loggedEmptyVote:
			i.begin(e.round)
		case loggedEmptyNotarization:
			i.engine.enterRound(e.round + 1)
		}
		i.journal.restart = append(i.journal.restart, e.raw)
	}
}

// restoreBlock verifies a block of the log again, without waiting.
func (i *instance) restoreBlock(e entry) bool {
	_, content, err := upstream.ParseBlockRecord(e.raw)
	if err != nil {
		return false
	}
	b, err := i.deserialize(content)
	return err == nil && b.header.Digest == e.digest && i.check(i.ctx, b, 0) == nil
}

func (i *instance) restoreFinalization(e entry) {
	f, err := upstream.FinalizationFromRecord(e.raw, aggregator{i})
	if err == nil {
		i.pending = append(i.pending, &f)
	}
}
