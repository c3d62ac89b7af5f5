package segment

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// maxRootDelay bounds the search for the root delay (formats, Header).
const maxRootDelay = 16

// Inspect re-checks everything that the ledger holds at this moment; see
// [ledger.Inspector]. Checksums of every record, links between headers, roots over
// ids, evidence and results, and the state: all write sets are applied again in a
// scratch database inside the ledger's directory, which must end equal to the
// ledger's own, entry for entry and node for node. What else the database holds must be
// readable. It runs beside a writer.
func (l *Ledger) Inspect(ctx context.Context, found func(ledger.Fault), progress func(float64)) (err error) {
	if err := l.gate.enter(); err != nil {
		return err
	}
	defer l.gate.leave()
	if progress == nil {
		progress = func(float64) {}
	}
	i := &inspection{Ledger: l, found: found, progress: progress}
	if err := i.begin(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.tip.Close()) }()
	for _, c := range l.columns() {
		if err := i.checksums(ctx, c); err != nil {
			return err
		}
	}
	if whole, err := i.database(ctx); err != nil || !whole {
		return err // the checks below read it
	}
	if err := i.blocks(ctx); err != nil {
		return err
	}
	if err := i.state(ctx); err != nil {
		return err
	}
	progress(1)
	return nil
}

// inspection is one run of Inspect.
type inspection struct {
	*Ledger
	found    func(ledger.Fault)
	progress func(float64)
	status   ledger.Status
	tip      *view // the state at status.Executed
	delay    uint64
	delayed  bool // the root delay is known
}

// begin fixes what is inspected: between two commits, so that the view at the tip
// is the database's own flat state.
func (i *inspection) begin() error {
	i.commitLock.Lock()
	defer i.commitLock.Unlock()
	i.status = i.Status()
	tip, err := i.View(i.status.Executed)
	if err != nil {
		return err
	}
	i.tip = tip.(*view)
	return nil
}

func (i *inspection) fault(height uint64, place string, err error) {
	i.found(ledger.Fault{Height: height, Place: place, Err: err})
}

// check reports a fault unless holds is true.
func (i *inspection) check(height uint64, place string, holds bool, format string, args ...any) {
	if !holds {
		i.fault(height, place, fmt.Errorf("%w: "+format, append([]any{ledger.ErrCorrupt}, args...)...))
	}
}

// checksums walks over the files of a column as they were at the beginning.
func (i *inspection) checksums(ctx context.Context, c *column) error {
	for _, s := range c.extents() {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := c.name(s.number, segmentSuffix)
		file, err := c.fs.Open(name)
		if isNotExist(err) && c.oldest() > s.first {
			continue // pruned meanwhile
		}
		if err != nil {
			i.fault(s.first, name, fmt.Errorf("%w: %w", ledger.ErrCorrupt, err))
			continue
		}
		found, err := scan(file, s.end, fileHeaderSize, s.salt, s.first)
		if err = errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("segment: %s: %w", name, err)
		}
		reached := s.first + uint64(len(found.offsets))
		if found.broken == nil && reached != s.next {
			found.broken = fmt.Errorf("ends before height %d, the next segment starts at %d", reached, s.next)
		}
		if found.broken != nil {
			place := fmt.Sprintf("%s at offset %d", name, found.end)
			i.fault(reached, place, fmt.Errorf("%w: %w", ledger.ErrCorrupt, found.broken))
		}
	}
	return nil
}

// extentOf says what a segment holds.
type extentOf struct {
	number      uint32
	salt        uint64
	first, next uint64 // heights
	end         int64  // bytes
}

func (c *column) extents() (all []extentOf) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	for n, s := range c.segments {
		e := extentOf{number: s.number, salt: s.salt, first: s.first, end: s.end}
		if n+1 == len(c.segments) {
			e.next = c.nextLocked()
		} else {
			e.next = c.segments[n+1].first
			if info, err := c.fs.Stat(c.name(s.number, segmentSuffix)); err == nil {
				e.end = info.Size()
			}
		}
		all = append(all, e)
	}
	return all
}

// blocks checks headers, bodies and results against each other.
func (i *inspection) blocks(ctx context.Context) error {
	if err := i.findDelay(); err != nil {
		return err
	}
	var parent *chain.Header
	for height := i.status.OldestHeader; height <= i.status.Decided; height++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := i.header(height, parent)
		if header != nil && height >= i.status.OldestBody {
			i.body(header)
			if height <= i.status.Executed {
				i.roots(height)
			}
		}
		parent = header
		i.progress(float64(height) / float64(i.status.Decided+1) / 2)
	}
	return nil
}

// findDelay learns k from the headers: those below k carry no result root. Where they
// are not kept, the oldest results tell, by the header that carries their root.
func (i *inspection) findDelay() error {
	if i.status.OldestHeader > 0 {
		i.findDelayAt(i.status.OldestBody)
		return nil
	}
	for height := uint64(0); height <= min(maxRootDelay, i.status.Decided); height++ {
		s, err := i.readSealed(height)
		if err != nil {
			return nil // reported with its height
		}
		if !s.header.ResultRoot.IsZero() {
			i.delay, i.delayed = height, true
			return nil
		}
	}
	return nil
}

func (i *inspection) findDelayAt(oldest uint64) {
	results, err := i.readResults(oldest)
	if err != nil {
		return // reported with its height
	}
	root := results.Root(i.options.Hasher)
	for delay := uint64(0); delay <= maxRootDelay && oldest+delay <= i.status.Decided; delay++ {
		if s, err := i.readSealed(oldest + delay); err == nil && s.header.ResultRoot == root {
			i.delay, i.delayed = delay, true
			return
		}
	}
}

// readSealed reads a header from its file, past the cache.
func (i *inspection) readSealed(height uint64) (*sealed, error) {
	payload, err := i.headers.read(height)
	if err != nil {
		return nil, err
	}
	return decodeSealed(payload, i.options.Hasher)
}

func (i *inspection) header(height uint64, parent *chain.Header) *chain.Header {
	s, err := i.readSealed(height)
	if err != nil {
		i.fault(height, "header", err)
		return nil
	}
	i.check(height, "header", s.header.Height == height, "says height %d", s.header.Height)
	i.check(height, "chain identity", s.header.Chain == i.options.Identity, "chain %s", s.header.Chain)
	if parent != nil {
		if err := parent.CheckChild(i.options.Hasher, s.header); err != nil && !i.recovers(parent, s.header) {
			i.fault(height, "parent link", err)
		}
	}
	value, err := get(i.db, blockKey(s.hash))
	if err != nil {
		i.fault(height, "block index", err)
	}
	i.check(height, "block index", string(value) == string(number(height)), "block %s is not indexed at its height", s.hash)
	return s.header
}

// recovers reports whether a child that its parent did not announce the validators
// of is the block after a recovery, which holds that as its evidence.
func (i *inspection) recovers(parent, child *chain.Header) bool {
	if parent.CheckLink(i.options.Hasher, child) != nil {
		return false
	}
	payload, err := i.bodies.read(child.Height)
	if errors.Is(err, ledger.ErrPruned) {
		return true // what was its evidence is gone
	}
	if err != nil {
		return false
	}
	body, err := decodeBody(payload)
	if err != nil {
		return false
	}
	for _, item := range body.Evidence {
		r, err := chain.DecodeRecovery(item)
		if err == nil && r.Height == parent.Height && r.Hash == parent.Hash(i.options.Hasher) && r.Validators.Hash(i.options.Hasher) == child.Validators {
			return true
		}
	}
	return false
}

// body checks the roots over ids and evidence.
func (i *inspection) body(header *chain.Header) {
	height := header.Height
	payload, err := i.bodies.read(height)
	if errors.Is(err, ledger.ErrPruned) {
		return // pruned meanwhile
	}
	if err != nil {
		i.fault(height, "body", err)
		return
	}
	body, err := decodeBody(payload)
	if err != nil {
		i.fault(height, "body", err)
		return
	}
	ids, err := decodeIDs(payload)
	if err != nil {
		i.fault(height, "body", err)
		return
	}
	i.check(height, "transaction count", header.TransactionCount == uint64(len(ids)), "%d ids, header says %d", len(ids), header.TransactionCount)
	signers, err := decodeSigners(payload)
	i.check(height, "signers", err == nil && (signers == nil || len(signers) == len(ids)), "%d of %d transactions (%v)", len(signers), len(ids), err)
	evidence := chain.EvidenceRoot(i.options.Hasher, body.Evidence)
	i.check(height, "evidence root", evidence == header.EvidenceRoot, "%s, header says %s", evidence, header.EvidenceRoot)
	batches, whole := splitIDs(body, ids)
	i.check(height, "body", whole, "%d ids do not fit its batches", len(ids))
	if whole {
		root := chain.TransactionRoot(i.options.Hasher, batches)
		i.check(height, "transaction root", root == header.TransactionRoot, "%s, header says %s", root, header.TransactionRoot)
	}
	for n, id := range ids {
		place, err := get(i.db, includeKey(id, height))
		i.check(height, "transaction index", err == nil && len(place) == 4, "transaction %d, %s, is not indexed (%v)", n, id, err)
	}
}

// splitIDs deals ids out to the batches of a body.
func splitIDs(body *chain.Body, ids []chain.Hash) (batches [][]chain.Hash, whole bool) {
	for _, batch := range body.Batches {
		if len(batch) > len(ids) {
			return nil, false
		}
		batches = append(batches, ids[:len(batch)])
		ids = ids[len(batch):]
	}
	return batches, len(ids) == 0
}

// roots checks results against the header that carries their roots.
func (i *inspection) roots(height uint64) {
	results, err := i.readResults(height)
	if errors.Is(err, ledger.ErrPruned) {
		return
	}
	if err != nil {
		i.fault(height, "results", err)
		return
	}
	if !i.delayed || height+i.delay > i.status.Decided {
		return
	}
	s, err := i.readSealed(height + i.delay)
	if err != nil {
		return // reported with its height
	}
	root := results.Root(i.options.Hasher)
	i.check(height, "result root", root == s.header.ResultRoot, "%s, header %d says %s", root, s.header.Height, s.header.ResultRoot)
	i.check(height, "state root", results.StateRoot == s.header.StateRoot,
		"results say %s, header %d says %s", results.StateRoot, s.header.Height, s.header.StateRoot)
}

func (i *inspection) readResults(height uint64) (*chain.Results, error) {
	payload, err := i.results.read(height)
	if err != nil {
		return nil, err
	}
	return decodeResults(payload)
}
