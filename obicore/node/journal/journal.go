package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// The file is a sequence of frames: length with the kind in its highest bit, CRC32C
// of that word, CRC32C of the payload, payload. The word has a checksum of its own,
// so that a damaged length is not taken for a torn end. A frame of the kind "drop"
// holds the number of records that stay.
const (
	frameHeader = 12
	dropBit     = 1 << 31
	// MaxRecord bounds one record in bytes.
	MaxRecord = 64 << 20
	// compactAt is the size from which a file that is mostly dropped is rewritten.
	compactAt = 4 << 20
)

// ErrDamaged says that a journal does not hold what was written.
var ErrDamaged = errors.New("journal: damaged")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Journal is an open journal. It is safe for concurrent use. It implements
// consensus.WAL.
type Journal struct {
	mutex  sync.Mutex
	path   string
	file   *os.File
	size   int64
	live   [][]byte // records that are not dropped
	bytes  int64    // of live records
	broken error    // after a failed write nobody knows what is on disk
}

// Open opens or creates the journal at path and reads its records.
func Open(path string) (*Journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &Journal{path: path, file: file}
	if err := j.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return j, syncFolder(filepath.Dir(path))
}

func (j *Journal) load() error {
	content, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	for rest := content; len(rest) > 0; {
		payload, drop, size, err := frame(rest)
		if errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return err
		}
		if err := j.apply(payload, drop); err != nil {
			return err
		}
		j.size += int64(size)
		rest = rest[size:]
	}
	return errors.Join(j.file.Truncate(j.size), seek(j.file, j.size))
}

func seek(file *os.File, offset int64) error {
	_, err := file.Seek(offset, io.SeekStart)
	return err
}

// frame reads one frame from the front of b: io.ErrUnexpectedEOF for one that a
// crash has torn, which can only be the last.
func frame(b []byte) (payload []byte, drop bool, size int, err error) {
	if len(b) < frameHeader {
		return nil, false, 0, io.ErrUnexpectedEOF
	}
	if checksum(b[:4]) != binary.BigEndian.Uint32(b[4:]) {
		if isZero(b) {
			return nil, false, 0, io.ErrUnexpectedEOF
		}
		return nil, false, 0, fmt.Errorf("%w: length of a record", ErrDamaged)
	}
	word := binary.BigEndian.Uint32(b)
	drop, length := word&dropBit != 0, int(word&^uint32(dropBit))
	size = frameHeader + length
	if length > MaxRecord || len(b) < size {
		return nil, false, 0, io.ErrUnexpectedEOF
	}
	payload = b[frameHeader:size]
	if checksum(payload) != binary.BigEndian.Uint32(b[8:]) {
		if len(b) == size {
			return nil, false, 0, io.ErrUnexpectedEOF // the last frame, half written
		}
		return nil, false, 0, fmt.Errorf("%w: checksum of a record before the last", ErrDamaged)
	}
	return payload, drop, size, nil
}

func isZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

func appendFrame(dst, payload []byte, kind uint32) []byte {
	head := binary.BigEndian.AppendUint32(nil, uint32(len(payload))|kind)
	dst = append(dst, head...)
	dst = binary.BigEndian.AppendUint32(dst, checksum(head))
	dst = binary.BigEndian.AppendUint32(dst, checksum(payload))
	return append(dst, payload...)
}

func (j *Journal) apply(payload []byte, drop bool) error {
	if !drop {
		j.live = append(j.live, append([]byte(nil), payload...))
		j.bytes += int64(len(payload))
		return nil
	}
	if len(payload) != 8 {
		return fmt.Errorf("%w: a mark of %d bytes", ErrDamaged, len(payload))
	}
	j.keep(binary.BigEndian.Uint64(payload))
	return nil
}

func (j *Journal) keep(last uint64) {
	for uint64(len(j.live)) > last {
		j.bytes -= int64(len(j.live[0]))
		j.live = j.live[1:]
	}
}

// Append adds a record; with sync it is durable on return.
func (j *Journal) Append(record []byte, sync bool) error {
	if len(record) > MaxRecord {
		return fmt.Errorf("journal: record of %d bytes, at most %d", len(record), MaxRecord)
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if err := j.write(appendFrame(nil, record, 0), sync); err != nil {
		return err
	}
	return j.apply(record, false)
}

func (j *Journal) write(b []byte, sync bool) error {
	if j.broken != nil {
		return j.broken
	}
	_, err := j.file.Write(b)
	if err == nil && sync {
		err = syncData(j.file)
	}
	if err != nil {
		j.broken = fmt.Errorf("journal: an earlier write failed, close and open it again: %w", err)
		return err
	}
	j.size += int64(len(b))
	return nil
}

// Replay calls f for every record in order.
func (j *Journal) Replay(f func(record []byte) error) error {
	j.mutex.Lock()
	live := append([][]byte(nil), j.live...)
	j.mutex.Unlock()
	for _, record := range live {
		if err := f(record); err != nil {
			return err
		}
	}
	return nil
}

// Truncate drops all records before the last keep. A crash may undo that; it never
// loses one of the last.
func (j *Journal) Truncate(keep int) error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if keep < 0 || keep >= len(j.live) {
		return j.broken
	}
	mark := binary.BigEndian.AppendUint64(nil, uint64(keep))
	if err := j.write(appendFrame(nil, mark, dropBit), false); err != nil {
		return err
	}
	j.keep(uint64(keep))
	if j.size > compactAt && j.bytes < j.size/4 {
		return j.compact()
	}
	return nil
}

// compact writes the live records into a new file that takes the old one's place.
func (j *Journal) compact() (err error) {
	var content []byte
	for _, record := range j.live {
		content = appendFrame(content, record, 0)
	}
	fresh, err := os.OpenFile(j.path+".new", os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	if _, err = fresh.Write(content); err == nil {
		err = syncData(fresh)
	}
	if err == nil {
		err = os.Rename(j.path+".new", j.path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(j.path))
	}
	if err != nil {
		return errors.Join(err, fresh.Close())
	}
	old := j.file
	j.file, j.size = fresh, int64(len(content))
	return old.Close()
}

// Close makes everything durable and releases the file.
func (j *Journal) Close() error {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.broken == nil {
		j.broken = os.ErrClosed
		return errors.Join(syncData(j.file), j.file.Close())
	}
	return j.file.Close()
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	err = syncOpenFolder(folder)
	return errors.Join(err, folder.Close())
}
