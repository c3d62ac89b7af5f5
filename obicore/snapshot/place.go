package snapshot

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Sections is how many sections a snapshot has; the state is the last one.
const Sections = sectionCount

// MaxPart bounds the content of a place in bytes.
const MaxPart = ledger.MaxChunk

// Place names what of a snapshot travels alone: a part of a section, or a block of a
// section's index.
type Place struct {
	Section int // 0 to Sections-1, in the order of the manifest
	Index   bool
	Number  uint64
}

// OfState reports whether the place is a part of the state; all others are little beside
// it, and enough for [Snapshot.Check].
func (p Place) OfState() bool { return p.Section == sectionState && !p.Index }

// Count returns how many places a section has, or its index.
func (m *Manifest) Count(section int, index bool) uint64 {
	switch {
	case section < 0 || section >= sectionCount:
		return 0
	case index:
		return uint64(len(m.sections[section].index))
	default:
		return m.sections[section].parts
	}
}

// Has reports whether the snapshot has a place.
func (m *Manifest) Has(p Place) bool { return p.Number < m.Count(p.Section, p.Index) }

// Shares reports whether a section of another snapshot is the same, byte for byte. Proofs
// of headers may differ from node to node; the state of a height does not.
func (m *Manifest) Shares(other *Manifest, section int) bool {
	a, b := &m.sections[section], &other.sections[section]
	return m.Height == other.Height && a.bytes == b.bytes && a.parts == b.parts && slices.Equal(a.index, b.index)
}

// Hash names the manifest.
func (m *Manifest) Hash(hasher chain.Hasher) chain.Hash { return hasher.Sum(m.Encode()) }

// FolderOf is where the snapshot of a height lies in a folder of several.
func FolderOf(parent string, height uint64) string {
	return filepath.Join(parent, strconv.FormatUint(height, 10))
}

// HeightsIn returns the heights of the snapshots that lie in a folder, whole or not, in
// any order; the folder need not exist.
func HeightsIn(parent string) (heights []uint64, err error) {
	entries, err := os.ReadDir(parent)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, entry := range entries {
		if height, err := strconv.ParseUint(entry.Name(), 10, 64); err == nil {
			heights = append(heights, height)
		}
	}
	return heights, nil
}

// Complete reports whether a folder holds a snapshot to its last file.
func Complete(folder string) bool {
	_, err := os.Stat(filepath.Join(folder, manifestFile))
	return err == nil
}
