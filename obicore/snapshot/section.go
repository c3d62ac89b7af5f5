package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sizes of sections in bytes and entries.
const (
	partBytes    = 1 << 20 // of every section but state
	indexSuffix  = ".index"
	indexEntry   = 4 + chain.HashSize // size u32, digest
	indexEntries = 16384              // in one block of an index
	maxRecord    = 1 << 30            // as a ledger's
)

// writer writes one section with its index.
type writer struct {
	section
	hasher  chain.Hasher
	content *os.File
	entries *os.File
	buffer  []byte // of the part that is being filled
	block   []byte // of the index
}

func create(folder, name string, hasher chain.Hasher) (w *writer, err error) {
	w = &writer{hasher: hasher}
	if w.content, err = os.Create(filepath.Join(folder, name)); err != nil {
		return nil, err
	}
	if w.entries, err = os.Create(filepath.Join(folder, name+indexSuffix)); err != nil {
		return nil, errors.Join(err, w.content.Close())
	}
	return w, nil
}

// record adds one record, its length in front of it.
func (w *writer) record(record []byte) error {
	w.buffer = binary.BigEndian.AppendUint32(w.buffer, uint32(len(record)))
	w.buffer = append(w.buffer, record...)
	for len(w.buffer) >= partBytes {
		if err := w.part(w.buffer[:partBytes]); err != nil {
			return err
		}
		w.buffer = append(w.buffer[:0], w.buffer[partBytes:]...)
	}
	return nil
}

// part adds one part.
func (w *writer) part(part []byte) error {
	if _, err := w.content.Write(part); err != nil {
		return err
	}
	digest := w.hasher.Sum(part)
	w.block = binary.BigEndian.AppendUint32(w.block, uint32(len(part)))
	w.block = append(w.block, digest[:]...)
	w.bytes, w.parts = w.bytes+uint64(len(part)), w.parts+1
	if len(w.block) < indexEntry*indexEntries {
		return nil
	}
	return w.endBlock()
}

func (w *writer) endBlock() error {
	if len(w.block) == 0 {
		return nil
	}
	w.index = append(w.index, w.hasher.Sum(w.block))
	_, err := w.entries.Write(w.block)
	w.block = w.block[:0]
	return err
}

// finish makes the section durable.
func (w *writer) finish() (err error) {
	if len(w.buffer) > 0 {
		err = w.part(w.buffer)
	}
	if err == nil {
		err = w.endBlock()
	}
	if err == nil {
		err = errors.Join(w.content.Sync(), w.entries.Sync())
	}
	return errors.Join(err, w.close())
}

func (w *writer) close() error { return errors.Join(w.content.Close(), w.entries.Close()) }

// reader reads one section.
type reader struct {
	section
	name   string // of the section
	folder string
	limit  uint64 // of a part
	hasher chain.Hasher
}

func (r *reader) fault(format string, arguments ...any) error {
	return fmt.Errorf("%w: %s: %w", ErrFault, filepath.Join(r.folder, r.name), fmt.Errorf(format, arguments...))
}

// check compares the sizes of the files with the manifest's.
func (r *reader) check() error {
	for name, want := range map[string]uint64{r.name: r.bytes, r.name + indexSuffix: r.parts * indexEntry} {
		info, err := os.Stat(filepath.Join(r.folder, name))
		if errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("%w: %s is missing", ErrFault, filepath.Join(r.folder, name))
		}
		if err != nil {
			return err
		}
		if uint64(info.Size()) != want {
			return fmt.Errorf("%w: %s: it has %d bytes, the manifest says %d", ErrFault, filepath.Join(r.folder, name), info.Size(), want)
		}
	}
	return nil
}

// all gives the parts in order, each checked against the index, and the index against
// the manifest.
func (r *reader) all() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		content, err := os.Open(filepath.Join(r.folder, r.name))
		if err != nil {
			yield(nil, err)
			return
		}
		defer content.Close()
		offset := uint64(0)
		for block := range r.index {
			entries, err := r.block(block)
			if err != nil {
				yield(nil, err)
				return
			}
			for number := uint64(block) * indexEntries; len(entries) > 0; number++ {
				part, err := r.part(content, entries[:indexEntry], number, offset)
				if !yield(part, err) || err != nil {
					return
				}
				offset, entries = offset+uint64(len(part)), entries[indexEntry:]
			}
		}
		if offset != r.bytes {
			yield(nil, r.fault("its parts end at byte %d of %d", offset, r.bytes))
		}
	}
}

// block reads a block of the index.
func (r *reader) block(number int) ([]byte, error) {
	file, err := os.Open(filepath.Join(r.folder, r.name+indexSuffix))
	if err != nil {
		return nil, err
	}
	block := make([]byte, r.blockSize(number))
	_, err = file.ReadAt(block, int64(number)*indexEntries*indexEntry)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	if digest := r.hasher.Sum(block); digest != r.index[number] {
		return nil, fmt.Errorf("%w: %s: block %d has digest %s, the manifest says %s",
			ErrFault, filepath.Join(r.folder, r.name+indexSuffix), number, digest, r.index[number])
	}
	return block, nil
}

func (r *reader) part(content io.Reader, entry []byte, number, offset uint64) ([]byte, error) {
	size := uint64(binary.BigEndian.Uint32(entry))
	if size > r.limit || size == 0 || offset+size > r.bytes {
		return nil, r.fault("part %d at byte %d has %d bytes", number, offset, size)
	}
	part := make([]byte, size)
	if _, err := io.ReadFull(content, part); err != nil {
		return nil, r.fault("part %d at byte %d: %w", number, offset, err)
	}
	if digest := r.hasher.Sum(part); digest != chain.Hash(entry[4:]) {
		return nil, r.fault("part %d at byte %d has digest %s, the index says %s", number, offset, digest, chain.Hash(entry[4:]))
	}
	return part, nil
}

// records gives the records of a section in order.
func (r *reader) records() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var buffer []byte
		number := 0
		for part, err := range r.all() {
			if err != nil {
				yield(nil, err)
				return
			}
			buffer = append(buffer, part...)
			for len(buffer) >= 4 {
				size := binary.BigEndian.Uint32(buffer)
				if size > maxRecord {
					yield(nil, r.fault("record %d of %d bytes", number, size))
					return
				}
				if uint64(len(buffer)) < 4+uint64(size) {
					break
				}
				if !yield(buffer[4:4+size:4+size], nil) {
					return
				}
				number++
				buffer = buffer[4+size:]
			}
		}
		if len(buffer) > 0 {
			yield(nil, r.fault("it ends inside record %d", number))
		}
	}
}

// limitOf is the size of the largest part of a section.
func limitOf(section int) uint64 {
	if section == sectionState {
		return ledger.MaxChunk
	}
	return partBytes
}

// blockSize is how long a block of the index is.
func (r *reader) blockSize(number int) uint64 {
	return indexEntry * min(indexEntries, r.parts-uint64(number)*indexEntries)
}

// wholeIndex reads all blocks of the index.
func (r *reader) wholeIndex() ([]byte, error) {
	index := make([]byte, 0, r.parts*indexEntry)
	for number := range r.index {
		block, err := r.block(number)
		if err != nil {
			return nil, err
		}
		index = append(index, block...)
	}
	return index, nil
}

// layout finds in an index where the parts lie, and where the last one ends. No part is
// empty; all but the last part of a section of records have the same size, so that nobody
// can have a snapshot fetched in crumbs; and none of the state comes twice.
func (r *reader) layout(index []byte) ([]uint64, error) {
	offsets, end := make([]uint64, 1, r.parts+1), uint64(0)
	records, seen := r.limit == partBytes, make(map[chain.Hash]struct{})
	for number := range r.parts {
		entry := index[number*indexEntry:][:indexEntry]
		size, digest := uint64(binary.BigEndian.Uint32(entry)), chain.Hash(entry[4:])
		switch _, again := seen[digest]; {
		case size == 0 || size > r.limit || end+size > r.bytes:
			return nil, r.fault("part %d at byte %d has %d bytes", number, end, size)
		case records && size < partBytes && number+1 < r.parts:
			return nil, r.fault("part %d at byte %d has %d bytes, only the last one may be short", number, end, size)
		case !records && again:
			return nil, r.fault("part %d at byte %d comes a second time", number, end)
		}
		if !records {
			seen[digest] = struct{}{}
		}
		end += size
		offsets = append(offsets, end)
	}
	if end != r.bytes {
		return nil, r.fault("its parts end at byte %d of %d", end, r.bytes)
	}
	return offsets, nil
}
