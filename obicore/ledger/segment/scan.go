package segment

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// scanned is what a walk over a segment file found.
type scanned struct {
	offsets []uint32 // of whole records, in order of height
	end     int64    // after the last whole record
	broken  error    // why the walk stopped before the end of the file, or nil
}

// scan walks over the records of a file from offset on, where the record of
// height next stands. Only failures to read are errors: what is broken in the
// file is described in the result.
func scan(file io.ReaderAt, size, offset int64, salt, next uint64) (found scanned, err error) {
	reader := bufio.NewReaderSize(io.NewSectionReader(file, offset, size-offset), 1<<18)
	found.end = offset
	var header [recordHeaderSize]byte
	var payload []byte
	for found.end < size {
		rest := size - found.end - recordHeaderSize
		if rest < 0 {
			found.broken = fmt.Errorf("%d bytes are no record", size-found.end)
			return found, nil
		}
		if _, err := io.ReadFull(reader, header[:]); err != nil {
			return found, fmt.Errorf("read at offset %d: %w", found.end, err)
		}
		h := decodeRecordHeader(header[:])
		if h.height != next || int64(h.length) > rest || h.length > maxPayload {
			found.broken = fmt.Errorf("record of height %d and %d bytes where height %d and at most %d belong",
				h.height, h.length, next, rest)
			return found, nil
		}
		if int(h.length) > cap(payload) {
			payload = make([]byte, h.length)
		}
		payload = payload[:h.length]
		if _, err := io.ReadFull(reader, payload); err != nil {
			return found, fmt.Errorf("read at offset %d: %w", found.end, err)
		}
		if checksum(salt, next, payload) != h.checksum {
			found.broken = fmt.Errorf("checksum of the record of height %d", next)
			return found, nil
		}
		found.offsets = append(found.offsets, uint32(found.end))
		found.end += recordHeaderSize + int64(h.length)
		next++
	}
	return found, nil
}

// searchSlack bounds the bytes that a search may hash beyond four times the bytes
// it looks through: only content made for the purpose can need more.
const searchSlack = 64 << 20

// followed reports whether a whole record of a later height stands anywhere after
// the broken place at offset. Then the break is no torn tail: what came after it
// was written, so it had been acknowledged.
func followed(file io.ReaderAt, size, offset int64, salt, broken uint64) (at int64, yes bool, err error) {
	rest := make([]byte, size-offset)
	if _, err := file.ReadAt(rest, offset); err != nil && err != io.EOF {
		return 0, false, fmt.Errorf("read at offset %d: %w", offset, err)
	}
	budget := 4*int64(len(rest)) + searchSlack
	for i := 1; i+recordHeaderSize <= len(rest); i++ {
		height := binary.LittleEndian.Uint64(rest[i+8:])
		if height <= broken || height-broken > uint64(len(rest)) {
			continue
		}
		h := decodeRecordHeader(rest[i:])
		payload := rest[i+recordHeaderSize:]
		if int64(h.length) > int64(len(payload)) {
			continue
		}
		if budget -= int64(h.length); budget < 0 {
			return 0, false, nil
		}
		if checksum(salt, height, payload[:h.length]) == h.checksum {
			return offset + int64(i), true, nil
		}
	}
	return 0, false, nil
}

// corruptAt names a broken place in a file.
func corruptAt(name string, offset int64, reason error) error {
	return fmt.Errorf("%w: %s at offset %d: %w", ledger.ErrCorrupt, name, offset, reason)
}
