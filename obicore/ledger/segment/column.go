package segment

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

const (
	segmentSuffix   = ".segment"
	sidecarSuffix   = ".index"
	temporarySuffix = ".temporary"

	diskCategory = vfs.DiskWriteCategory("segment")
)

// column is one append-only sequence of records, one for each height, in segment
// files. Reads are safe beside one writer.
type column struct {
	fs       vfs.FS
	folder   string
	kind     columnKind
	identity chain.Hash
	limit    int64 // bytes after which a segment is closed
	random   io.Reader
	logf     func(string, ...any)

	lock     sync.RWMutex // guards the fields below, never held over a write or sync
	segments []*segment   // ascending; only the last is written
	repairs  sync.Mutex   // one sidecar is rebuilt at a time

	buffer []byte // the writer's
}

// segment is one file. offsets, end and file are set in the last one only; a
// closed segment is read through its sidecar.
type segment struct {
	number  uint32
	salt    uint64
	first   uint64
	offsets []uint32
	end     int64
	file    vfs.File
}

func (c *column) name(number uint32, suffix string) string {
	return c.fs.PathJoin(c.folder, fmt.Sprintf("%08d%s", number, suffix))
}

// oldest returns the lowest height that the column keeps; 0 when it is empty.
func (c *column) oldest() uint64 {
	c.lock.RLock()
	defer c.lock.RUnlock()
	if len(c.segments) == 0 {
		return 0
	}
	return c.segments[0].first
}

// next returns the height of the next record.
func (c *column) next() uint64 {
	c.lock.RLock()
	defer c.lock.RUnlock()
	return c.nextLocked()
}

func (c *column) nextLocked() uint64 {
	if len(c.segments) == 0 {
		return 0
	}
	last := c.segments[len(c.segments)-1]
	return last.first + uint64(len(last.offsets))
}

// read returns the payload of the record at height.
func (c *column) read(height uint64) ([]byte, error) {
	c.lock.RLock()
	defer c.lock.RUnlock()
	if height >= c.nextLocked() {
		return nil, fmt.Errorf("%w: %s of height %d", ledger.ErrNotFound, c.kind, height)
	}
	i, exact := slices.BinarySearchFunc(c.segments, height, func(s *segment, height uint64) int {
		switch {
		case s.first < height:
			return -1
		case s.first > height:
			return 1
		}
		return 0
	})
	if !exact {
		i--
	}
	if i < 0 {
		return nil, fmt.Errorf("%w: %s of height %d", ledger.ErrPruned, c.kind, height)
	}
	if s := c.segments[i]; i == len(c.segments)-1 {
		return c.readOpen(s, height)
	}
	return c.readClosed(c.segments[i], c.segments[i+1].first, height)
}

func (c *column) readOpen(s *segment, height uint64) ([]byte, error) {
	i := height - s.first
	from, to := int64(s.offsets[i]), s.end
	if i+1 < uint64(len(s.offsets)) {
		to = int64(s.offsets[i+1])
	}
	return c.readRecord(s.file, s, from, to, height)
}

func (c *column) readClosed(s *segment, end, height uint64) ([]byte, error) {
	file, err := c.fs.Open(c.name(s.number, segmentSuffix))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ledger.ErrCorrupt, err)
	}
	defer file.Close()
	payload, err := c.readBySidecar(file, s, height)
	if err == nil {
		return payload, nil
	}
	// The sidecar or the record is broken. A new sidecar tells which.
	if err := c.rebuildSidecar(file, s, end); err != nil {
		return nil, err
	}
	return c.readBySidecar(file, s, height)
}

func (c *column) readBySidecar(file vfs.File, s *segment, height uint64) ([]byte, error) {
	sidecar, err := c.fs.Open(c.name(s.number, sidecarSuffix))
	if err != nil {
		return nil, err
	}
	from, to, err := extent(sidecar, s.first, height-s.first)
	if err := errors.Join(err, sidecar.Close()); err != nil {
		return nil, err
	}
	return c.readRecord(file, s, from, to, height)
}

func (c *column) readRecord(file vfs.File, s *segment, from, to int64, height uint64) ([]byte, error) {
	record := make([]byte, to-from)
	if _, err := file.ReadAt(record, from); err != nil {
		return nil, corruptAt(c.name(s.number, segmentSuffix), from, err)
	}
	payload, err := openRecord(record, s.salt, height)
	if err != nil {
		return nil, corruptAt(c.name(s.number, segmentSuffix), from, err)
	}
	return payload, nil
}

// rebuildSidecar makes a closed segment's sidecar from its records; end is the
// first height of the next segment.
func (c *column) rebuildSidecar(file vfs.File, s *segment, end uint64) error {
	c.repairs.Lock()
	defer c.repairs.Unlock()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	found, err := scan(file, info.Size(), fileHeaderSize, s.salt, s.first)
	if err != nil {
		return err
	}
	if found.broken == nil && s.first+uint64(len(found.offsets)) != end {
		found.broken = fmt.Errorf("%d records, the next segment starts at height %d", len(found.offsets), end)
	}
	if found.broken != nil {
		return corruptAt(c.name(s.number, segmentSuffix), found.end, found.broken)
	}
	c.logf("ledger: made %s again", c.name(s.number, sidecarSuffix))
	return writeFile(c.fs, c.name(s.number, sidecarSuffix), encodeSidecar(s.salt, s.first, found.offsets, found.end))
}

// close writes the last segment's sidecar and closes its file.
func (c *column) close() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	if len(c.segments) == 0 {
		return nil
	}
	last := c.segments[len(c.segments)-1]
	err := writeFile(c.fs, c.name(last.number, sidecarSuffix), encodeSidecar(last.salt, last.first, last.offsets, last.end))
	err = errors.Join(err, last.file.Close())
	c.segments = nil
	return err
}

// abandon closes the file and nothing else.
func (c *column) abandon() error {
	c.lock.Lock()
	defer c.lock.Unlock()
	var err error
	if n := len(c.segments); n > 0 {
		err = c.segments[n-1].closeFile()
	}
	c.segments = nil
	return err
}
