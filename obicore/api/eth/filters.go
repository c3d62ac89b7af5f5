package eth

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

type filterKind uint8

const (
	logFilter filterKind = iota
	blockFilter
	pendingFilter
)

// filter is one installed filter. It remembers where its client has read to;
// what came since is read from the chain when the client asks.
type filter struct {
	kind     filterKind
	criteria criteria
	next     uint64       // height to read from
	pending  []chain.Hash // of a pending filter, bounded by maxPendingIDs
	used     time.Time
}

// maxPendingIDs bounds the ids that wait in one pending transaction filter.
const maxPendingIDs = 4_096

// filters are the installed filters of one service. One goroutine feeds the
// pending filters; close ends it.
type filters struct {
	limits Limits
	clock  func() time.Time
	events *node.Subscription
	done   chan struct{}

	mutex     sync.Mutex
	installed map[string]*filter
}

func newFilters(c *node.Chain, limits Limits, clock func() time.Time) *filters {
	f := &filters{
		limits: limits, clock: clock, events: c.Subscribe(limits.Buffer), done: make(chan struct{}), installed: make(map[string]*filter),
	}
	go f.feed(c)
	return f
}

func (f *filters) close() {
	f.mutex.Lock()
	events := f.events
	f.events = nil
	f.mutex.Unlock()
	if events != nil {
		events.Close()
		<-f.done
	}
}

// feed gives pending transactions to their filters. When it falls behind it
// subscribes again: pending filters promise no completeness.
func (f *filters) feed(c *node.Chain) {
	defer close(f.done)
	for events := f.current(); events != nil; {
		event, open := <-events.Events
		if open {
			f.notePending(event.Pending)
			continue
		}
		f.mutex.Lock()
		if f.events == nil || !events.Overflowed() {
			f.mutex.Unlock()
			return
		}
		f.events = c.Subscribe(f.limits.Buffer)
		events = f.events
		f.mutex.Unlock()
	}
}

func (f *filters) current() *node.Subscription {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.events
}

func (f *filters) notePending(pending []chain.Verified) {
	if len(pending) == 0 {
		return
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.expire()
	for _, installed := range f.installed {
		if installed.kind != pendingFilter {
			continue
		}
		for i := range pending {
			if len(installed.pending) < maxPendingIDs {
				installed.pending = append(installed.pending, pending[i].ID)
			}
		}
	}
}

func (f *filters) install(installed *filter) (string, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.expire()
	if len(f.installed) >= f.limits.Filters {
		return "", jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d filters are installed already: uninstall some with eth_uninstallFilter", len(f.installed))
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return "", err
	}
	id[0] |= 0x10 // a quantity has no leading zero
	name := "0x" + hex.EncodeToString(id[:])
	installed.used = f.clock()
	f.installed[name] = installed
	return name, nil
}

func (f *filters) expire() {
	for name, installed := range f.installed {
		if f.clock().Sub(installed.used) > f.limits.FilterLife {
			delete(f.installed, name)
		}
	}
}

// errFilter is geth's text for a filter that is unknown or expired.
var errFilter = jsonrpc.Errorf(jsonrpc.ServerError, "filter not found")

// take returns a copy of a filter, with the pending ids that it has collected.
func (f *filters) take(name string) (filter, error) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.expire()
	installed := f.installed[name]
	if installed == nil {
		return filter{}, errFilter
	}
	taken := *installed
	installed.used = f.clock()
	installed.pending = nil
	return taken, nil
}

// moved notes that a client has read all heights below next. It comes after the
// answer was made, so that a query that fails loses nothing.
func (f *filters) moved(name string, next uint64) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if installed := f.installed[name]; installed != nil {
		installed.next = next
	}
}

func (f *filters) remove(name string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	_, installed := f.installed[name]
	delete(f.installed, name)
	return installed
}

func (s *Service) newFilter(_ context.Context, params jsonrpc.Params) (any, error) {
	var c criteria
	if err := params.Decode(0, true, &c); err != nil {
		return nil, err
	}
	if err := c.check(s.limits); err != nil {
		return nil, err
	}
	if c.From != nil && c.To != nil && c.From.Kind == quantity.BlockNumber && c.To.Kind == quantity.BlockNumber && c.From.Number > c.To.Number {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid block range params")
	}
	return s.filters.install(&filter{kind: logFilter, criteria: c, next: s.chain.Head().Header.Height + 1})
}

func (s *Service) newBlockFilter(context.Context, jsonrpc.Params) (any, error) {
	return s.filters.install(&filter{kind: blockFilter, next: s.chain.Head().Header.Height + 1})
}

func (s *Service) newPendingFilter(context.Context, jsonrpc.Params) (any, error) {
	return s.filters.install(&filter{kind: pendingFilter})
}

func (s *Service) uninstallFilter(_ context.Context, params jsonrpc.Params) (any, error) {
	var name string
	if err := params.Decode(0, true, &name); err != nil {
		return nil, err
	}
	return s.filters.remove(name), nil
}

func (s *Service) filterChanges(ctx context.Context, params jsonrpc.Params) (any, error) {
	var name string
	if err := params.Decode(0, true, &name); err != nil {
		return nil, err
	}
	f, err := s.filters.take(name)
	if err != nil {
		return nil, err
	}
	if f.kind == pendingFilter {
		return append([]chain.Hash{}, f.pending...), nil
	}
	changes, err := node.Steady(ctx, s.chain, func() (changes, error) { return s.changesSince(ctx, &f) })
	if err != nil {
		return nil, err
	}
	s.filters.moved(name, changes.next)
	return changes.answer, nil
}

// changes are what has come since a filter was asked last.
type changes struct {
	answer any
	next   uint64 // height to read from the next time
}

// changesSince answers with as many blocks as one query may span; the rest comes
// when the client asks again.
func (s *Service) changesSince(ctx context.Context, f *filter) (c changes, err error) {
	head := s.chain.Head().Header.Height
	last := head
	if f.next <= head {
		last = min(head, f.next+s.limits.LogRange-1)
	}
	c.next = last + 1
	if f.kind == blockFilter {
		c.answer, err = s.hashes(ctx, f.next, last)
	} else {
		c.answer, err = s.logsSince(ctx, f, last)
	}
	return c, err
}

func (s *Service) hashes(ctx context.Context, from, to uint64) (any, error) {
	list := []chain.Hash{}
	for height := from; height <= to; height++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		block, err := s.chain.BlockAt(height)
		if err != nil {
			return nil, err
		}
		list = append(list, block.Hash)
	}
	return list, nil
}

// logsSince returns the events of the new blocks that lie in the filter's range.
func (s *Service) logsSince(ctx context.Context, f *filter, head uint64) (any, error) {
	from, to := f.next, head
	if tag := f.criteria.From; tag != nil && tag.Kind == quantity.BlockNumber {
		from = max(from, tag.Number)
	}
	if tag := f.criteria.To; tag != nil && tag.Kind == quantity.BlockNumber {
		to = min(to, tag.Number)
	}
	if from > to {
		return []logView{}, nil
	}
	return s.scan(ctx, &f.criteria, from, to)
}

func (s *Service) filterLogs(ctx context.Context, params jsonrpc.Params) (any, error) {
	var name string
	if err := params.Decode(0, true, &name); err != nil {
		return nil, err
	}
	f, err := s.filters.take(name)
	if err != nil {
		return nil, err
	}
	if f.kind != logFilter {
		return nil, errFilter
	}
	return s.search(ctx, &f.criteria)
}
