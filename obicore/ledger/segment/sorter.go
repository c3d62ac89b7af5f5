package segment

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sizes of sorting: how many bits of a place choose the bucket at one level, and how
// many bytes of entries are sorted in memory.
const (
	bucketBits  = 8
	sortedBytes = 32 << 20
)

// placed is an entry with its place in the commitment's tree.
type placed struct {
	place chain.Hash
	entry chain.Write
}

// sorter puts entries in the order of their places and cuts them into ranges of about
// ledger.ChunkBytes, with bounded memory: entries go to one of 256 bucket files by the
// next eight bits of their place, and a bucket that is too large for memory again.
type sorter struct {
	fs     vfs.FS
	folder string
	memory int64 // bytes of entries that are sorted at once
	files  int   // made so far
	emit   func(within ledger.Range, entries []placed) error
}

// sort emits the entries in a range, which feed gives in any order.
func (s *sorter) sort(within ledger.Range, feed func(put func(placed) error) error) (err error) {
	buckets := make([]*bucket, 1<<bucketBits)
	defer func() {
		for _, b := range buckets {
			err = errors.Join(err, b.remove())
		}
	}()
	for i := range buckets {
		s.files++
		buckets[i] = &bucket{fs: s.fs, name: s.fs.PathJoin(s.folder, fmt.Sprintf("%08d", s.files))}
	}
	if err := feed(func(p placed) error { return buckets[p.place[within.Bits/8]].put(p) }); err != nil {
		return err
	}
	for _, b := range buckets {
		if err := b.finish(); err != nil {
			return err
		}
	}
	return s.split(within, buckets)
}

// split emits the entries in a range, which stand in buckets.
func (s *sorter) split(within ledger.Range, buckets []*bucket) error {
	bytes, count := int64(0), 0
	for _, b := range buckets {
		bytes, count = bytes+b.bytes, count+b.count
	}
	switch {
	case bytes <= ledger.ChunkBytes || count == 1 || len(buckets) == 1 && bytes <= s.memory:
		entries, err := load(buckets)
		if err != nil {
			return err
		}
		return s.halve(within, entries)
	case len(buckets) == 1:
		return s.sort(within, buckets[0].each)
	}
	low, high := within.Halves()
	half := len(buckets) / 2
	if err := s.split(low, buckets[:half]); err != nil {
		return err
	}
	return s.split(high, buckets[half:])
}

// load reads buckets and sorts them.
func load(buckets []*bucket) (entries []placed, err error) {
	for _, b := range buckets {
		if err := b.each(func(p placed) error { entries = append(entries, p); return nil }); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(entries, func(a, b placed) int { return bytes.Compare(a.place[:], b.place[:]) })
	return entries, nil
}

// halve emits sorted entries, in as many ranges as it takes.
func (s *sorter) halve(within ledger.Range, entries []placed) error {
	size := int64(0)
	for i := range entries {
		size += sizeOf(&entries[i].entry)
	}
	if size <= ledger.ChunkBytes || len(entries) == 1 {
		return s.emit(within, entries)
	}
	low, high := within.Halves()
	i, _ := slices.BinarySearchFunc(entries, high.Prefix, func(p placed, place chain.Hash) int { return bytes.Compare(p.place[:], place[:]) })
	if err := s.halve(low, entries[:i]); err != nil {
		return err
	}
	return s.halve(high, entries[i:])
}
