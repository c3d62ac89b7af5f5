package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// formatVersion is the version of every file of this module; it ratchets.
const formatVersion = 1

// Column numbers as files carry them.
type columnKind uint16

const (
	columnHeaders columnKind = 1
	columnBodies  columnKind = 2
	columnResults columnKind = 3
)

// String returns the column's folder name.
func (k columnKind) String() string {
	switch k {
	case columnHeaders:
		return "headers"
	case columnBodies:
		return "bodies"
	case columnResults:
		return "results"
	}
	return fmt.Sprintf("column(%d)", uint16(k))
}

// Sizes in bytes.
const (
	fileHeaderSize   = 64
	recordHeaderSize = 16
	maxPayload       = 1 << 30
)

const fileMagic = "CLSEGMNT"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// fileHeader opens every segment file:
//
//	magic 8 | version u16 | column u16 | salt u64 | first height u64 | identity 32 | CRC-32C u32
//
// all little-endian. The salt is random: it starts every record's CRC, so that
// nobody can put bytes into a transaction that recovery would take for a record.
type fileHeader struct {
	column   columnKind
	salt     uint64
	first    uint64
	identity chain.Hash
}

func (h *fileHeader) encode() []byte {
	b := make([]byte, 0, fileHeaderSize)
	b = append(b, fileMagic...)
	b = binary.LittleEndian.AppendUint16(b, formatVersion)
	b = binary.LittleEndian.AppendUint16(b, uint16(h.column))
	b = binary.LittleEndian.AppendUint64(b, h.salt)
	b = binary.LittleEndian.AppendUint64(b, h.first)
	b = append(b, h.identity[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// decodeFileHeader reads what encode writes. A wrong checksum is ErrCorrupt, a
// newer version ErrMismatch.
func decodeFileHeader(b []byte) (h fileHeader, err error) {
	if len(b) < fileHeaderSize || string(b[:8]) != fileMagic {
		return h, fmt.Errorf("%w: not a segment file", ledger.ErrCorrupt)
	}
	if crc32.Checksum(b[:60], castagnoli) != binary.LittleEndian.Uint32(b[60:]) {
		return h, fmt.Errorf("%w: checksum of the file header at offset 0", ledger.ErrCorrupt)
	}
	if version := binary.LittleEndian.Uint16(b[8:]); version != formatVersion {
		return h, fmt.Errorf("%w: segment format %d, this binary reads %d: use the binary that wrote it",
			ledger.ErrMismatch, version, formatVersion)
	}
	h.column = columnKind(binary.LittleEndian.Uint16(b[10:]))
	h.salt = binary.LittleEndian.Uint64(b[12:])
	h.first = binary.LittleEndian.Uint64(b[20:])
	copy(h.identity[:], b[28:60])
	return h, nil
}

// checksum returns the CRC-32C of salt ‖ height ‖ payload, a record's checksum.
func checksum(salt, height uint64, payload []byte) uint32 {
	var seed [16]byte
	binary.LittleEndian.PutUint64(seed[:], salt)
	binary.LittleEndian.PutUint64(seed[8:], height)
	return crc32.Update(crc32.Checksum(seed[:], castagnoli), castagnoli, payload)
}

// appendRecord appends one record: length u32 | checksum u32 | height u64 | payload,
// little-endian.
func appendRecord(dst []byte, salt, height uint64, payload []byte) []byte {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(payload)))
	dst = binary.LittleEndian.AppendUint32(dst, checksum(salt, height, payload))
	dst = binary.LittleEndian.AppendUint64(dst, height)
	return append(dst, payload...)
}

// recordHeader is the part of a record before its payload.
type recordHeader struct {
	length   uint32
	checksum uint32
	height   uint64
}

func decodeRecordHeader(b []byte) recordHeader {
	return recordHeader{
		length:   binary.LittleEndian.Uint32(b),
		checksum: binary.LittleEndian.Uint32(b[4:]),
		height:   binary.LittleEndian.Uint64(b[8:]),
	}
}

// openRecord returns the payload of record, which must be exactly the record of
// height.
func openRecord(record []byte, salt, height uint64) ([]byte, error) {
	if len(record) < recordHeaderSize {
		return nil, fmt.Errorf("%w: record of %d bytes", ledger.ErrCorrupt, len(record))
	}
	h, payload := decodeRecordHeader(record), record[recordHeaderSize:]
	switch {
	case h.height != height:
		return nil, fmt.Errorf("%w: record of height %d where %d belongs", ledger.ErrCorrupt, h.height, height)
	case int64(h.length) != int64(len(payload)):
		return nil, fmt.Errorf("%w: record length %d, its place has %d", ledger.ErrCorrupt, h.length, len(payload))
	case checksum(salt, height, payload) != h.checksum:
		return nil, fmt.Errorf("%w: checksum of the record of height %d", ledger.ErrCorrupt, height)
	}
	return payload, nil
}
