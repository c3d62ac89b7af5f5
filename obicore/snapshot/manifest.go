package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Format names the format and its version.
const Format = "credibleledger/snapshot/1"

// Bounds of a manifest.
const (
	maxManifest = 4 << 20
	maxGenesis  = 2 << 20
)

// Errors of snapshots.
var (
	// ErrFault says that a snapshot is damaged, incomplete or false; the text names the
	// place.
	ErrFault = errors.New("snapshot: it does not hold")
	// ErrForeign says that a snapshot is of another chain or of a format that this
	// binary does not read.
	ErrForeign = errors.New("snapshot: it is of another chain or format")
	// ErrUntrusted says that nothing which is trusted leads to the snapshot.
	ErrUntrusted = errors.New("snapshot: nothing that is trusted leads to it")
	// ErrHeight says that no snapshot can be taken at a height.
	ErrHeight = errors.New("snapshot: not at this height")
)

// The sections, in the order of the manifest.
const (
	sectionTrail = iota
	sectionLinks
	sectionBlocks
	sectionSeals
	sectionState
	sectionCount
)

var sectionNames = [sectionCount]string{"trail", "links", "blocks", "seals", "state"}

// Manifest says what a snapshot is of.
type Manifest struct {
	Genesis    []byte // the canonical file
	Identity   chain.Hash
	Height     uint64     // of the state
	First      uint64     // height of the first link
	StateRoot  chain.Hash // after Height
	ResultRoot chain.Hash // of Height
	Last       chain.Hash // hash of the last header: at Height + 2k
	Validators []byte     // the set that decided the last header
	sections   [sectionCount]section
}

// section says how long a section is and names the blocks of its index.
type section struct {
	bytes, parts uint64
	index        []chain.Hash
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Encode returns what the manifest file holds: the RLP list [format, genesis, identity, height, first, state root,
// result root, last, validators, [[bytes, parts, [digest…]]…]] and its CRC-32C in 4
// little-endian bytes.
func (m *Manifest) Encode() []byte {
	p := rlp.AppendBytes(nil, []byte(Format))
	p = rlp.AppendBytes(p, m.Genesis)
	p = rlp.AppendBytes(p, m.Identity[:])
	p = rlp.AppendUint64(p, m.Height)
	p = rlp.AppendUint64(p, m.First)
	for _, hash := range []*chain.Hash{&m.StateRoot, &m.ResultRoot, &m.Last} {
		p = rlp.AppendBytes(p, hash[:])
	}
	p = rlp.AppendBytes(p, m.Validators)
	var sections []byte
	for i := range m.sections {
		sections = m.sections[i].append(sections)
	}
	b := rlp.AppendList(nil, rlp.AppendList(p, sections))
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func (s *section) append(dst []byte) []byte {
	var index []byte
	for i := range s.index {
		index = rlp.AppendBytes(index, s.index[i][:])
	}
	p := rlp.AppendUint64(nil, s.bytes)
	p = rlp.AppendUint64(p, s.parts)
	return rlp.AppendList(dst, rlp.AppendList(p, index))
}

// DecodeManifest reads what a snapshot's manifest file holds.
func DecodeManifest(b []byte) (*Manifest, error) {
	if len(b) < 4 || len(b) > maxManifest || crc32.Checksum(b[:len(b)-4], castagnoli) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return nil, fmt.Errorf("%w: manifest: checksum of %d bytes", ErrFault, len(b))
	}
	m, err := decodeManifest(b[:len(b)-4])
	if err != nil && !errors.Is(err, ErrForeign) {
		return nil, fmt.Errorf("%w: manifest: %w", ErrFault, err)
	}
	return m, err
}

func decodeManifest(b []byte) (*Manifest, error) {
	outer := rlp.NewReader(b)
	list, err := outer.List()
	if err != nil {
		return nil, err
	}
	format, err := list.Bytes()
	if err != nil {
		return nil, err
	}
	if string(format) != Format {
		return nil, fmt.Errorf("%w: format %.64q, this binary reads %q: use the binary that wrote it", ErrForeign, format, Format)
	}
	m := &Manifest{}
	var faults [8]error
	m.Genesis, faults[0] = list.Bytes()
	faults[1] = list.Fixed(m.Identity[:])
	m.Height, faults[2] = list.Uint64()
	m.First, faults[3] = list.Uint64()
	faults[4] = list.Fixed(m.StateRoot[:])
	faults[5] = list.Fixed(m.ResultRoot[:])
	faults[6] = list.Fixed(m.Last[:])
	m.Validators, faults[7] = list.Bytes()
	sections, err := list.List()
	if err := errors.Join(append(faults[:], err)...); err != nil {
		return nil, err
	}
	for i := range m.sections {
		if err := m.sections[i].decode(sections); err != nil {
			return nil, fmt.Errorf("%s: %w", sectionNames[i], err)
		}
	}
	switch {
	case len(m.Genesis) > maxGenesis:
		return nil, fmt.Errorf("%w: a genesis of %d bytes", chain.ErrTooLarge, len(m.Genesis))
	case m.First > m.Height || m.Height > 1<<62:
		return nil, fmt.Errorf("%w: links from height %d to %d", chain.ErrMalformed, m.First, m.Height)
	}
	return m, errors.Join(sections.End(), list.End(), outer.End())
}

func (s *section) decode(sections *rlp.Reader) error {
	list, err := sections.List()
	if err != nil {
		return err
	}
	var faults [2]error
	s.bytes, faults[0] = list.Uint64()
	s.parts, faults[1] = list.Uint64()
	index, err := list.List()
	if err := errors.Join(faults[0], faults[1], err); err != nil {
		return err
	}
	for index.More() {
		var digest chain.Hash
		if err := index.Fixed(digest[:]); err != nil {
			return err
		}
		s.index = append(s.index, digest)
	}
	if blocks := uint64(len(s.index)); s.parts > blocks*indexEntries || blocks > 0 && s.parts <= (blocks-1)*indexEntries || s.bytes > 1<<62 {
		return fmt.Errorf("%w: %d parts in an index of %d blocks", chain.ErrMalformed, s.parts, blocks)
	}
	return list.End()
}

// Parts returns how many parts the sections have together.
func (m *Manifest) Parts() (sum uint64) {
	for i := range m.sections {
		sum += m.sections[i].parts
	}
	return sum
}

// Bytes returns how long the sections are together.
func (m *Manifest) Bytes() (sum uint64) {
	for i := range m.sections {
		sum += m.sections[i].bytes
	}
	return sum
}
