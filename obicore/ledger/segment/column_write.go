package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// write puts the next record into its file without making it durable or visible.
// sync makes it durable, publish visible; until then a further write replaces it.
func (c *column) write(height uint64, payload []byte) (err error) {
	if len(payload) > maxPayload {
		return fmt.Errorf("%w: %s record of %d bytes", chain.ErrTooLarge, c.kind, len(payload))
	}
	last, err := c.writable(height, int64(len(payload)))
	if err != nil {
		return err
	}
	c.buffer = appendRecord(c.buffer[:0], last.salt, height, payload)
	if _, err := last.file.WriteAt(c.buffer, last.end); err != nil {
		return fmt.Errorf("segment: write %s: %w", c.name(last.number, segmentSuffix), err)
	}
	return nil
}

// writable returns the last segment, or a new one when that is full.
func (c *column) writable(height uint64, length int64) (*segment, error) {
	last := c.last()
	if last == nil {
		return c.create(0, height)
	}
	if !c.full(last, length) {
		return last, nil
	}
	if err := writeFile(c.fs, c.name(last.number, sidecarSuffix), encodeSidecar(last.salt, last.first, last.offsets, last.end)); err != nil {
		return nil, err
	}
	return c.create(last.number+1, height)
}

// full reports whether a payload of some length belongs into the next segment.
func (c *column) full(last *segment, length int64) bool {
	return len(last.offsets) > 0 && (last.end+recordHeaderSize+length > c.limit || last.end > math.MaxUint32)
}

// create starts a new segment file, durable with its name before it holds a record.
func (c *column) create(number uint32, first uint64) (*segment, error) {
	var salt [8]byte
	if _, err := io.ReadFull(c.random, salt[:]); err != nil {
		return nil, fmt.Errorf("segment: random salt: %w", err)
	}
	s := &segment{number: number, first: first, salt: binary.LittleEndian.Uint64(salt[:]), end: fileHeaderSize}
	header := fileHeader{column: c.kind, salt: s.salt, first: first, identity: c.identity}
	name := c.name(number, segmentSuffix)
	file, err := c.fs.OpenReadWrite(name, diskCategory)
	if err != nil {
		return nil, err
	}
	_, err = file.WriteAt(header.encode(), 0)
	if err == nil {
		err = file.Sync()
	}
	if err == nil {
		err = syncDirectory(c.fs, c.folder)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("segment: create %s: %w", name, err), file.Close())
	}
	s.file = file
	return s, c.appendSegment(s)
}

// appendSegment makes s the last segment and closes the one before.
func (c *column) appendSegment(s *segment) error {
	c.lock.Lock()
	defer c.lock.Unlock()
	var err error
	if n := len(c.segments); n > 0 {
		before := c.segments[n-1]
		err = before.file.Close()
		before.file, before.offsets = nil, nil
	}
	c.segments = append(c.segments, s)
	return err
}

// last returns the segment that is written, or nil when there is none. What it holds is
// the writer's; only which it is may be asked while files are dropped.
func (c *column) last() *segment {
	c.lock.RLock()
	defer c.lock.RUnlock()
	if len(c.segments) == 0 {
		return nil
	}
	return c.segments[len(c.segments)-1]
}

func (c *column) sync() error {
	last := c.last()
	if err := last.file.SyncData(); err != nil {
		return fmt.Errorf("segment: sync %s: %w", c.name(last.number, segmentSuffix), err)
	}
	return nil
}

// publish makes the record that was written last visible.
func (c *column) publish() {
	c.lock.Lock()
	defer c.lock.Unlock()
	last := c.segments[len(c.segments)-1]
	last.offsets = append(last.offsets, uint32(last.end))
	last.end += int64(len(c.buffer))
}

// dropBelow removes whole segments that hold only heights below the given one.
func (c *column) dropBelow(height uint64) error {
	for _, number := range c.forgetBelow(height) {
		if err := c.remove(number); err != nil {
			return err
		}
	}
	return nil
}

// forgetBelow takes such segments out of the list, after the last read of them, and
// returns their numbers.
func (c *column) forgetBelow(height uint64) (numbers []uint32) {
	c.lock.Lock()
	defer c.lock.Unlock()
	for len(c.segments) > 1 && c.segments[1].first <= height {
		numbers = append(numbers, c.segments[0].number)
		c.segments = c.segments[1:]
	}
	return numbers
}

// remove deletes a segment file and then its sidecar.
func (c *column) remove(number uint32) error {
	if err := c.fs.Remove(c.name(number, segmentSuffix)); err != nil {
		return err
	}
	if err := c.fs.Remove(c.name(number, sidecarSuffix)); err != nil && !isNotExist(err) {
		return err
	}
	return syncDirectory(c.fs, c.folder)
}
