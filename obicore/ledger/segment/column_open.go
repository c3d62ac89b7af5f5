package segment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func isNotExist(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// open reads the column's folder, repairs a torn tail and leaves the last segment
// ready for writing.
func (c *column) open() error {
	numbers, err := c.list()
	if err != nil {
		return err
	}
	for i, number := range numbers {
		s, err := c.openSegment(number, i == len(numbers)-1)
		if err != nil {
			return err
		}
		if s == nil {
			break
		}
		if n := len(c.segments); n > 0 && (c.segments[n-1].number+1 != number || c.segments[n-1].first >= s.first) {
			return corruptAt(c.name(number, segmentSuffix), 0,
				fmt.Errorf("starts at height %d after segment %d", s.first, c.segments[n-1].number))
		}
		c.segments = append(c.segments, s)
	}
	if len(c.segments) == 0 {
		return nil
	}
	return c.openLast(c.segments[len(c.segments)-1], false)
}

// list returns the numbers of the segment files and removes leftovers.
func (c *column) list() ([]uint32, error) {
	names, err := c.fs.List(c.folder)
	if err != nil {
		return nil, err
	}
	var numbers []uint32
	for _, name := range names {
		if strings.HasSuffix(name, temporarySuffix) {
			if err := c.fs.Remove(c.fs.PathJoin(c.folder, name)); err != nil {
				return nil, err
			}
		}
		digits, found := strings.CutSuffix(name, segmentSuffix)
		if !found {
			continue
		}
		number, err := strconv.ParseUint(digits, 10, 32)
		if err != nil || len(digits) != 8 {
			return nil, fmt.Errorf("%w: %s is not the name of a segment", ledger.ErrCorrupt, c.fs.PathJoin(c.folder, name))
		}
		numbers = append(numbers, uint32(number))
	}
	slices.Sort(numbers)
	return numbers, nil
}

// openSegment reads a segment's file header. A last file that a crash left before
// its header was durable holds no record: it is removed, and nil is returned.
func (c *column) openSegment(number uint32, last bool) (*segment, error) {
	name := c.name(number, segmentSuffix)
	file, err := c.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	b := make([]byte, min(fileHeaderSize, info.Size()))
	if _, err := file.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	header, err := decodeFileHeader(b)
	if errors.Is(err, ledger.ErrCorrupt) && last && info.Size() <= fileHeaderSize {
		c.logf("ledger: removed %s, which a crash left without a header", name)
		return nil, c.remove(number)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if header.column != c.kind || header.identity != c.identity {
		return nil, fmt.Errorf("%w: %s belongs to column %s of chain %s, not to %s of %s: put the files of one chain back together",
			ledger.ErrMismatch, name, header.column, header.identity, c.kind, c.identity)
	}
	return &segment{number: number, salt: header.salt, first: header.first}, nil
}

// openLast finds the records of the last segment and cuts a torn tail off. With
// trusted it takes the sidecar's word for where they end: a ledger in memory that
// was rewound leaves old records behind the end.
func (c *column) openLast(s *segment, trusted bool) error {
	name := c.name(s.number, segmentSuffix)
	file, err := c.fs.OpenReadWrite(name, diskCategory)
	if err != nil {
		return err
	}
	s.file, s.end = file, fileHeaderSize
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if sidecar, err := readFile(c.fs, c.name(s.number, sidecarSuffix), 1<<30); err == nil {
		if offsets, end, err := decodeSidecar(sidecar, s.salt, s.first, info.Size()); err == nil {
			s.offsets, s.end = offsets, end
			if trusted {
				return nil
			}
		}
	}
	next := s.first + uint64(len(s.offsets))
	found, err := scan(file, info.Size(), s.end, s.salt, next)
	if err != nil {
		return fmt.Errorf("segment: %s: %w", name, err)
	}
	s.offsets = append(s.offsets, found.offsets...)
	s.end = found.end
	if found.broken == nil {
		return nil
	}
	broken := s.first + uint64(len(s.offsets))
	at, yes, err := followed(file, info.Size(), s.end, s.salt, broken)
	if err != nil {
		return fmt.Errorf("segment: %s: %w", name, err)
	}
	if yes {
		return corruptAt(name, s.end, fmt.Errorf("%w; a whole record follows at offset %d: restore the file from a copy", found.broken, at))
	}
	c.logf("ledger: cut %d torn bytes off %s at offset %d: %v", info.Size()-s.end, name, s.end, found.broken)
	return c.cut(s)
}

// cut ends the last segment's file after its last record. The file system knows no
// truncation, so the records are copied and the copy takes the file's name.
func (c *column) cut(s *segment) error {
	name := c.name(s.number, segmentSuffix)
	if err := c.fs.Remove(c.name(s.number, sidecarSuffix)); err != nil && !isNotExist(err) {
		return err
	}
	if err := copyPrefix(c.fs, s.file, name+temporarySuffix, s.end); err != nil {
		return fmt.Errorf("segment: cut %s: %w", name, err)
	}
	if err := s.file.Close(); err != nil {
		return err
	}
	if err := c.fs.Rename(name+temporarySuffix, name); err != nil {
		return err
	}
	if err := syncDirectory(c.fs, c.folder); err != nil {
		return err
	}
	file, err := c.fs.OpenReadWrite(name, diskCategory)
	s.file = file
	return err
}

func copyPrefix(fs vfs.FS, from io.ReaderAt, name string, size int64) error {
	to, err := fs.Create(name, diskCategory)
	if err != nil {
		return err
	}
	_, err = io.Copy(struct{ io.Writer }{to}, io.NewSectionReader(from, 0, size))
	if err == nil {
		err = to.Sync()
	}
	return errors.Join(err, to.Close())
}

// truncate drops the records from height on. It never reaches below the column's
// oldest record. With rewrite the file itself is cut, which only a ledger that may
// be opened again needs.
func (c *column) truncate(height uint64, rewrite bool) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	for n := len(c.segments); n > 0 && c.segments[n-1].first >= height; n = len(c.segments) {
		last := c.segments[n-1]
		if err := errors.Join(last.closeFile(), c.remove(last.number)); err != nil {
			return err
		}
		c.segments = c.segments[:n-1]
	}
	if len(c.segments) == 0 {
		return nil
	}
	last := c.segments[len(c.segments)-1]
	if last.file == nil {
		if err := c.openLast(last, !rewrite); err != nil {
			return err
		}
	}
	if keep := height - last.first; keep < uint64(len(last.offsets)) {
		last.end = int64(last.offsets[keep])
		last.offsets = last.offsets[:keep:keep]
		if rewrite {
			return c.cut(last)
		}
	}
	return nil
}

func (s *segment) closeFile() error {
	if s.file == nil {
		return nil
	}
	file := s.file
	s.file = nil
	return file.Close()
}
