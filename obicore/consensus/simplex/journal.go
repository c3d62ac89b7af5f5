package simplex

import (
	"fmt"
	"sync"

	upstream "github.com/ava-labs/simplex"
)

// journal is Simplex's log on the host's disk. Every record is synced before Simplex
// goes on, and tells where Simplex is.
type journal struct {
	owner   *instance
	restart [][]byte // what Simplex resumes from

	mutex   sync.Mutex
	entries []entry // without their content, in the order of the log
}

var _ upstream.WriteAheadLog = (*journal)(nil)

// Append implements simplex.WriteAheadLog.
func (j *journal) Append(raw []byte) error {
	i := j.owner
	if i.retired.Load() || !i.calls.Enter() {
		return errRetired
	}
	defer i.calls.Leave()
	e, err := parseEntry(append([]byte{recordOfSimplex}, raw...))
	if err == nil {
		err = j.precede(e)
	}
	if err == nil {
		err = j.write(recordOfSimplex, e)
	}
	if err == nil {
		i.follow(e)
	}
	return err
}

// precede writes the block of a certificate, which Simplex forgets for blocks that it
// got from others and without which it would not start again.
func (j *journal) precede(e entry) error {
	i := j.owner
	if e.what != loggedNotarization && e.what != loggedFinalization {
		return nil
	}
	if stored, ok := i.stored.get(e.round); ok && stored == e.digest {
		return nil
	}
	a := i.ancestry.get(e.digest)
	if a == nil {
		err := fmt.Errorf("%w: a certificate of round %d for a block that is not kept", errFault, e.round)
		i.fail(err)
		return err
	}
	b, err := a.block.Bytes()
	if err != nil {
		return err
	}
	other := entry{what: loggedOtherBlock, raw: upstream.BlockRecord(a.block.header, b)}
	other.place(a.block.header)
	if err := j.write(recordOfBlock, other); err != nil {
		return err
	}
	i.stored.put(e.round, e.digest)
	return nil
}

// filler writes a finalized filler above the tip.
func (j *journal) filler(made indexed) error {
	b, err := encodeFiller(made)
	if err != nil {
		return err
	}
	e := entry{what: loggedFiller, raw: b[1:]}
	e.place(made.block.header)
	return j.write(recordOfFiller, e)
}

// write makes a record durable. Whoever cannot write what he is about to promise must
// not go on.
func (j *journal) write(kind byte, e entry) error {
	err := j.owner.engine.wal.Append(append([]byte{kind}, e.raw...), true)
	if err != nil {
		err = fmt.Errorf("simplex: the log of votes cannot be written; check the disk and start the node again: %w", err)
		j.owner.halt(err)
		return err
	}
	e.raw = nil
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.entries = append(j.entries, e)
	return nil
}

// follow notes where Simplex has come to with a record.
func (i *instance) follow(e entry) {
	switch e.what {
	case loggedBlock:
		i.stored.put(e.round, e.digest)
	case loggedNotarization, loggedFinalization:
		i.ancestry.notarize(e.digest)
		i.engine.votes.certify(e.round, e.digest)
		i.engine.enterRound(e.round + 1)
	case loggedEmptyVote:
		i.begin(e.round)
	case loggedEmptyNotarization:
		i.engine.enterRound(e.round + 1)
	}
	i.engine.changed.set()
}

// ReadAll implements simplex.WriteAheadLog.
func (j *journal) ReadAll() ([][]byte, error) { return j.restart, nil }

// Close implements simplex.WriteAheadLog. The log is the host's.
func (*journal) Close() error { return nil }

// shortenAfter is how many records the log may hold that are not needed.
const shortenAfter = 128

// shorten drops the records of decided rounds from time to time.
func (j *journal) shorten() {
	last, tip := j.owner.ledger.last().header, j.owner.ledger.first().header
	j.mutex.Lock()
	defer j.mutex.Unlock()
	first := 0
	for first < len(j.entries) && !j.entries[first].needed(last.Epoch, last.Round, tip.Seq) {
		first++
	}
	if first < shortenAfter {
		return
	}
	if err := j.owner.engine.wal.Truncate(len(j.entries) - first); err != nil {
		j.owner.halt(fmt.Errorf("simplex: the log of votes cannot be shortened; check the disk and start the node again: %w", err))
		return
	}
	j.entries = append([]entry(nil), j.entries[first:]...)
}

// needed says whether a record tells something beyond the last finalized round, or is a
// filler above the tip.
func (e entry) needed(epoch, round, tip uint64) bool {
	return e.epoch == epoch && (e.round > round || e.what == loggedFiller && e.seq > tip)
}
