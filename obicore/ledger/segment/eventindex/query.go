package eventindex

import (
	"context"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Candidates implements [ledger.EventIndexer] for heights whose results are kept.
func (x *Index) Candidates(ctx context.Context, query ledger.EventQuery, from, to uint64, f func(height uint64) bool) (next uint64, err error) {
	wanted := positions(&query)
	for next = from; next <= to; {
		if err := ctx.Err(); err != nil {
			return next, err
		}
		s, offsets, err := x.look(next, wanted)
		if err != nil || s == (span{}) {
			return next, err
		}
		for _, offset := range offsets {
			height := s.first + uint64(offset)
			if height >= next && height <= to && !f(height) {
				return height + 1, nil
			}
		}
		next = s.next
	}
	return min(next, to+1), nil
}

// look searches the run that covers a height; the empty span when none does. A query
// without names finds every height.
func (x *Index) look(height uint64, wanted [][]name) (s span, offsets []uint32, err error) {
	x.mutex.RLock()
	defer x.mutex.RUnlock()
	s, list := x.open, x.openList
	if i, _ := slices.BinarySearchFunc(x.runs, height, func(s span, height uint64) int {
		if s.next <= height {
			return -1
		}
		return 1
	}); i < len(x.runs) {
		s = x.runs[i]
		list = func(n name) ([]uint32, error) { return readList(x.db, s.first, n) }
	}
	if height < s.first || height >= s.next {
		return span{}, nil, nil
	}
	if len(wanted) == 0 {
		for offset := range s.next - s.first {
			offsets = append(offsets, uint32(offset))
		}
		return s, offsets, nil
	}
	for i, names := range wanted {
		these, err := union(names, list)
		if err != nil {
			return s, nil, err
		}
		if i > 0 {
			these = intersection(offsets, these)
		}
		if offsets = these; len(offsets) == 0 {
			break
		}
	}
	return s, offsets, nil
}

// openList returns the offsets of a name in the open run; the mutex is held.
func (x *Index) openList(n name) (offsets []uint32, err error) {
	for i := range x.entries {
		if x.entries[i].name == n {
			offsets = append(offsets, x.entries[i].offset)
		}
	}
	return offsets, nil
}

// union returns the offsets that some of the names have, ascending.
func union(names []name, list func(name) ([]uint32, error)) (all []uint32, err error) {
	for _, n := range names {
		offsets, err := list(n)
		if err != nil {
			return nil, err
		}
		all = append(all, offsets...)
	}
	if len(names) > 1 {
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return all, nil
}

// intersection returns what both ascending lists hold.
func intersection(a, b []uint32) (both []uint32) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			both, a, b = append(both, a[0]), a[1:], b[1:]
		}
	}
	return both
}
