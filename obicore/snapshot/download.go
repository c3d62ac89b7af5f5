package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// ErrPart says that what was given for a place is not what the manifest names there: the
// fault of who gave it, not of the manifest.
var ErrPart = errors.New("snapshot: it is not the part that the manifest names")

// Download is a snapshot that is put together in a folder, place by place in any order
// but a section's index before its parts. What is there is kept when it is begun again.
type Download struct {
	*Snapshot
	ranger   ledger.Ranger // nil where chunks do not prove themselves
	sections [sectionCount]arriving
}

// arriving is one section of a download.
type arriving struct {
	reader  *reader
	content *os.File
	entries *os.File
	index   []byte   // of all parts, once its blocks are held
	offsets []uint64 // of the parts and the end, known with the whole index
	blocks  []bool   // of the index that are held
	missing int      // blocks
	parts   []bool   // that are held
}

// Resume begins a download in a folder, or goes on with one: what lies there already and
// is what the manifest names is held. The manifest must be one that [Rules.Admit] admits.
func Resume(rules *Rules, manifest *Manifest, folder string) (*Download, error) {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	// While it stands there, the folder passes for a whole snapshot.
	if err := os.Remove(filepath.Join(folder, manifestFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	d := &Download{Snapshot: &Snapshot{Rules: rules, Manifest: manifest, folder: folder}}
	d.ranger, _ = rules.Commitment.(ledger.Ranger)
	for i := range d.sections {
		if err := d.sections[i].open(d.reader(i)); err != nil {
			return nil, errors.Join(err, d.Close())
		}
	}
	return d, nil
}

func (a *arriving) open(r *reader) (err error) {
	a.reader, a.missing = r, len(r.index)
	a.blocks, a.index = make([]bool, len(r.index)), make([]byte, r.parts*indexEntry)
	name := filepath.Join(r.folder, r.name)
	if a.content, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	if a.entries, err = os.OpenFile(name+indexSuffix, os.O_RDWR|os.O_CREATE, 0o600); err != nil {
		return err
	}
	return a.find()
}

// find looks at what the files hold already.
func (a *arriving) find() error {
	for number := range a.reader.index {
		block := make([]byte, a.reader.blockSize(number))
		if _, err := a.entries.ReadAt(block, int64(number)*indexEntries*indexEntry); err != nil {
			break // it ends here
		}
		if err := a.takeBlock(number, block); err != nil && !errors.Is(err, ErrPart) {
			return err
		}
	}
	if err := a.measure(); err != nil || a.missing > 0 {
		return err
	}
	for number := range a.parts {
		part, offset := make([]byte, a.size(uint64(number))), a.offsets[number]
		if _, err := a.content.ReadAt(part, int64(offset)); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		a.parts[number] = a.fits(uint64(number), part)
	}
	return nil
}

func (a *arriving) entry(number uint64) []byte { return a.index[number*indexEntry:][:indexEntry] }

func (a *arriving) size(number uint64) uint64 {
	return uint64(binary.BigEndian.Uint32(a.entry(number)))
}

// fits reports whether a part is the one that the index names.
func (a *arriving) fits(number uint64, part []byte) bool {
	digest := a.reader.hasher.Sum(part)
	return uint64(len(part)) == a.size(number) && bytes.Equal(digest[:], a.entry(number)[4:])
}

// takeBlock takes a block of the index when it is the one that the manifest names.
func (a *arriving) takeBlock(number int, block []byte) error {
	if uint64(len(block)) != a.reader.blockSize(number) || a.reader.hasher.Sum(block) != a.reader.index[number] {
		return fmt.Errorf("%w: block %d of the index of %s", ErrPart, number, a.reader.name)
	}
	copy(a.index[number*indexEntries*indexEntry:], block)
	a.blocks[number] = true
	a.missing--
	return nil
}

// measure finds where the parts lie, once the index is whole.
func (a *arriving) measure() error {
	if a.missing > 0 || a.parts != nil {
		return nil
	}
	var err error
	if a.offsets, err = a.reader.layout(a.index); err != nil {
		return err
	}
	a.parts = make([]bool, a.reader.parts)
	return nil
}

// Holds reports whether a place is filled.
func (d *Download) Holds(p Place) bool {
	if !d.Manifest.Has(p) {
		return false
	}
	a := &d.sections[p.Section]
	if p.Index {
		return a.blocks[p.Number]
	}
	return a.parts != nil && a.parts[p.Number]
}

// Put fills a place. ErrPart says that the content is another, ErrFault that the manifest
// itself is false.
func (d *Download) Put(p Place, content []byte) error {
	switch {
	case !d.Manifest.Has(p):
		return fmt.Errorf("%w: there is no such place: %+v", ErrPart, p)
	case d.Holds(p):
		return nil
	case p.Index:
		return d.sections[p.Section].putBlock(int(p.Number), content)
	}
	a := &d.sections[p.Section]
	if a.missing > 0 {
		return fmt.Errorf("%w: part %d of %s before its index", ErrPart, p.Number, a.reader.name)
	}
	if !a.fits(p.Number, content) {
		return fmt.Errorf("%w: part %d of %s", ErrPart, p.Number, a.reader.name)
	}
	if p.OfState() {
		if err := d.prove(p.Number, content); err != nil {
			return err
		}
	}
	if _, err := a.content.WriteAt(content, int64(a.offsets[p.Number])); err != nil {
		return err
	}
	a.parts[p.Number] = true
	return nil
}

func (a *arriving) putBlock(number int, block []byte) error {
	if err := a.takeBlock(number, block); err != nil {
		return err
	}
	if _, err := a.entries.WriteAt(block, int64(number)*indexEntries*indexEntry); err != nil {
		return err
	}
	return a.measure()
}

// prove checks a chunk that proves itself as it comes, so that a false state is seen at
// its first part and not when all of it has been fetched.
func (d *Download) prove(number uint64, part []byte) error {
	if d.ranger == nil {
		return nil
	}
	chunk, err := ledger.DecodeChunk(part)
	if err == nil {
		err = d.ranger.VerifyRange(d.Manifest.StateRoot, chunk.Within, chunk.Entries, chunk.Proof)
	}
	if err != nil {
		return d.sections[sectionState].reader.fault("part %d: %w", number, err)
	}
	return nil
}

// Finish makes a download of which all places are filled a whole snapshot, durable.
func (d *Download) Finish() error {
	for i := range d.sections {
		a := &d.sections[i]
		err := errors.Join(a.content.Truncate(int64(a.reader.bytes)), a.entries.Truncate(int64(a.reader.parts*indexEntry)),
			a.content.Sync(), a.entries.Sync())
		if err != nil {
			return err
		}
	}
	return errors.Join(d.Close(), writeManifest(d.folder, d.Manifest))
}

// Close closes the files; what they hold stays.
func (d *Download) Close() error {
	var faults []error
	for i := range d.sections {
		for _, file := range []*os.File{d.sections[i].content, d.sections[i].entries} {
			if file != nil {
				faults = append(faults, file.Close())
			}
		}
		d.sections[i].content, d.sections[i].entries = nil, nil
	}
	return errors.Join(faults...)
}

// Admit refuses a manifest of another chain, or one that is larger than a limit; it
// replaces the manifest's genesis with the one that is known, so that many cost little.
func (r *Rules) Admit(m *Manifest, parts, size uint64) error {
	if m.Identity != r.Identity || !bytes.Equal(m.Genesis, r.File) {
		return fmt.Errorf("%w: of chain %s, not of %s", ErrForeign, m.Identity, r.Identity)
	}
	if err := r.checkHeights(m); err != nil {
		return err
	}
	if m.Parts() > parts || m.Bytes() > size {
		return fmt.Errorf("%w: %d parts and %d bytes, at most %d and %d are taken", chain.ErrTooLarge, m.Parts(), m.Bytes(), parts, size)
	}
	m.Genesis = r.File
	return nil
}
