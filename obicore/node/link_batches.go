package node

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// batches is what the link keeps for ordering by digest; link.mutex guards it.
type batches struct {
	shelf  *dissemination.Shelf
	ration *dissemination.Ration
	wanted map[chain.Hash]*wanted // bodies that somebody waits for, by header
	hurry  int                    // decisions that wait for their body
}

// wanted is one body that is being put together.
type wanted struct {
	*dissemination.Assembly
	header  *chain.Header
	waiting int           // how many wait for it
	changed chan struct{} // has a value when something has come
}

func newBatches() batches {
	return batches{
		shelf: dissemination.NewShelf(dissemination.DefaultShelfLimits()), ration: dissemination.NewRation(dissemination.DefaultPortion()),
		wanted: make(map[chain.Hash]*wanted),
	}
}

// tellBatch names to the other validators what a proposal orders.
func (l *link) tellBatch(p *prepared) {
	message := (&dissemination.Batch{Header: p.hash, IDs: p.ids, Evidence: p.block.Body.Evidence}).Encode()
	validators := l.deciding()
	for i := range validators.Members {
		if id := validators.Members[i].ID; id != l.options.Self {
			l.send(id, network.Sync, message)
		}
	}
}

// hurry lets block sync ask without grace until what it returns is called.
func (l *link) hurry() (done func()) {
	count := func(n int) {
		l.mutex.Lock()
		l.batches.hurry += n
		l.mutex.Unlock()
		wake(l.wakeSync)
	}
	count(1)
	return func() { count(-1) }
}

// assemble puts the body of a header together. It returns nothing when the height has
// been decided meanwhile.
func (l *link) assemble(ctx context.Context, header *chain.Header, hash chain.Hash) (*wanted, error) {
	w := l.want(header, hash)
	defer l.unwant(hash, w)
	for hurried := false; ; {
		l.mutex.Lock()
		w.Look(l.pool.Get)
		done, news := w.Done(), l.news
		if named := w.Batch() != nil; named && !done && !hurried {
			hurried = true
			if l.certificates.Hurry(w.Misses) {
				wake(l.wakeCertificates)
			}
		}
		to, question := w.Step(l.options.Clock.Now())
		at := w.Wake()
		l.mutex.Unlock()
		switch {
		case l.Tip().Header.Height >= header.Height:
			return nil, nil
		case done:
			return w, nil
		case question != nil:
			l.send(to, network.Sync, question.Encode())
		}
		due, release := l.timer(at)
		select {
		case <-w.changed:
		case <-news:
		case <-due:
		case <-l.halted:
			release()
			return nil, errors.Join(ErrStopped, l.HaltReason())
		case <-ctx.Done():
			release()
			return nil, fmt.Errorf("the body of header %s is not here: %w", hash, ctx.Err())
		}
		release()
	}
}

// bodyOf returns the body in the form in which a proposer by digest makes it.
func bodyOf(a *dissemination.Assembly) []byte {
	batch := make(chain.Batch, 0, len(a.Transactions()))
	for _, t := range a.Transactions() {
		batch = append(batch, chain.Entry{Wire: t.Raw})
	}
	body := chain.Body{Batches: []chain.Batch{{}, batch}, Evidence: a.Batch().Evidence}
	return body.Encode()
}

// want begins to put a body together, with what peers have told of it.
func (l *link) want(header *chain.Header, hash chain.Hash) *wanted {
	l.mutex.Lock()
	w := l.batches.wanted[hash]
	if w == nil {
		w = &wanted{
			Assembly: dissemination.NewAssembly(dissemination.DefaultPatience(), hash, l.sources(header.Proposer), l.options.Clock.Now()),
			header:   header, changed: make(chan struct{}, 1),
		}
		l.batches.wanted[hash] = w
	}
	w.waiting++
	told := l.batches.shelf.Find(hash, header.Proposer)
	l.mutex.Unlock()
	for _, b := range told {
		if !b.Matches(l.suite, header) {
			continue
		}
		l.mutex.Lock()
		w.Begin(b, l.options.Clock.Now())
		l.mutex.Unlock()
		break
	}
	return w
}

func (l *link) unwant(hash chain.Hash, w *wanted) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if w.waiting--; w.waiting == 0 {
		delete(l.batches.wanted, hash)
	}
	wake(w.changed) // another may wait for the same
}

// sources are the validators to ask, the proposer first; the others begin after this
// node's own place, so that not all ask the same one.
func (l *link) sources(proposer chain.NodeID) []chain.NodeID {
	var before, after []chain.NodeID
	members := l.deciding().Members
	for i := range members {
		switch id := members[i].ID; {
		case id == l.options.Self || id == proposer:
		case slices.Compare(id[:], l.options.Self[:]) < 0:
			before = append(before, id)
		default:
			after = append(after, id)
		}
	}
	others := append(after, before...)
	if proposer == l.options.Self {
		return others // what it held is lost
	}
	return append([]chain.NodeID{proposer}, others...)
}

// arrived wakes those who wait for transactions that may just have been pooled.
func (l *link) arrived() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, w := range l.batches.wanted {
		wake(w.changed)
	}
}

// receiveBatch takes a message of ordering by digest.
func (l *link) receiveBatch(from chain.NodeID, message []byte) {
	m, err := dissemination.DecodeBatch(message)
	if err != nil {
		l.log.Debug("sync message refused", "from", from, "reason", err)
		return
	}
	switch m := m.(type) {
	case *dissemination.Batch:
		l.told(from, m)
	case *dissemination.Want:
		l.give(from, m)
	case *dissemination.Part:
		l.takePart(from, m)
	case *dissemination.Signed:
		l.receiveStatement(from, m)
	}
}

// told takes a batch that a peer tells, asked or not.
func (l *link) told(from chain.NodeID, b *dissemination.Batch) {
	l.mutex.Lock()
	w := l.batches.wanted[b.Header]
	admitted := w != nil && w.Admits(from)
	if w == nil {
		l.batches.shelf.Put(from, b)
	}
	l.mutex.Unlock()
	if !admitted {
		return
	}
	fits := b.Matches(l.suite, w.header) // it costs too much for the mutex
	l.mutex.Lock()
	if w.Expects(from) {
		w.Answered(from, nil, l.options.Clock.Now())
	}
	if fits {
		w.Begin(b, l.options.Clock.Now())
	}
	l.mutex.Unlock()
	wake(w.changed)
}

// takePart takes transactions that were asked for. They are checked here, in the
// goroutine of the peer that has sent them, as those of clients are.
func (l *link) takePart(from chain.NodeID, part *dissemination.Part) {
	l.mutex.Lock()
	w := l.batches.wanted[part.Header]
	expected := w != nil && w.Expects(from)
	l.mutex.Unlock()
	if !expected {
		return
	}
	var good []chain.Verified
	for _, raw := range part.Wires {
		t, err := l.missing(w, raw)
		if err != nil {
			l.log.Warn("a peer sends what it was not asked for, or what does not verify", "peer", from, "reason", err)
			break
		}
		good = append(good, t)
	}
	l.mutex.Lock()
	w.Answered(from, good, l.options.Clock.Now())
	l.mutex.Unlock()
	wake(w.changed)
}

// missing verifies a transaction that a wanted body misses.
func (l *link) missing(w *wanted, raw []byte) (chain.Verified, error) {
	decoded, err := l.permitted(raw)
	if err != nil {
		return chain.Verified{}, err
	}
	l.mutex.Lock()
	batch := w.Batch()
	misses := batch != nil && w.Names(decoded.ID)
	l.mutex.Unlock()
	if !misses {
		return chain.Verified{}, fmt.Errorf("transaction %s is not in the batch", decoded.ID)
	}
	return l.verifyDecoded(decoded)
}

// give answers who misses something of a batch that this node holds: at most what was
// asked for, within what one peer may have.
func (l *link) give(to chain.NodeID, want *dissemination.Want) {
	l.mutex.Lock()
	left := min(l.batches.ration.Left(to, l.options.Clock.Now()), answerBytes)
	l.mutex.Unlock()
	if left == 0 {
		return
	}
	held := l.bodies.get(want.Header)
	var message []byte
	if batch := l.batchOf(held); len(want.IDs) == 0 && batch != nil {
		message = batch.Encode()
	} else {
		part := &dissemination.Part{Header: want.Header, Wires: l.wires(held, want.IDs, left)}
		message = part.Encode()
	}
	l.mutex.Lock()
	l.batches.ration.Spend(to, len(message))
	l.mutex.Unlock()
	l.send(to, network.Sync, message)
}

// wires finds transactions in a held body or the pool, up to a size.
func (l *link) wires(held *heldBody, ids []chain.Hash, bytes int) (wires [][]byte) {
	for _, id := range ids {
		var raw []byte
		if held != nil {
			raw = held.wires[id]
		}
		if raw == nil {
			t, pooled := l.pool.Get(id)
			if !pooled {
				continue
			}
			raw = t.Raw
		}
		if bytes -= len(raw); bytes < 0 {
			break
		}
		wires = append(wires, raw)
	}
	return wires
}

// batchOf prepares a held body for who asks for parts of it; nil when nothing is held.
func (l *link) batchOf(held *heldBody) *dissemination.Batch {
	if held == nil {
		return nil
	}
	held.once.Do(func() {
		body, err := chain.DecodeBody(held.body)
		if err != nil {
			return // it was encoded here
		}
		batch := &dissemination.Batch{Header: held.header, Evidence: body.Evidence}
		held.wires = make(map[chain.Hash][]byte)
		for _, entry := range body.Entries() {
			t, err := l.decode(entry.Wire)
			if err != nil {
				return // it was checked here
			}
			batch.IDs = append(batch.IDs, t.ID)
			held.wires[t.ID] = entry.Wire
		}
		held.batch = batch
	})
	return held.batch
}
