package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// A sidecar stands beside a segment file and says where its records are, so that
// opening a ledger and reading a record need no walk over the file:
//
//	magic 8 | count u32 | CRC-32C u32 of salt ‖ first ‖ end ‖ offsets | first height u64 | end u64 | offsets u32 …
//
// little-endian. It is a convenience: when it is absent or broken it is made again
// from the segment, and a record is checked whatever the sidecar says.
const (
	sidecarMagic  = "CLSEGIDX"
	sidecarHeader = 32
)

var errSidecar = errors.New("segment: sidecar does not fit its segment")

func encodeSidecar(salt, first uint64, offsets []uint32, end int64) []byte {
	b := make([]byte, sidecarHeader, sidecarHeader+4*len(offsets))
	copy(b, sidecarMagic)
	binary.LittleEndian.PutUint32(b[8:], uint32(len(offsets)))
	binary.LittleEndian.PutUint64(b[16:], first)
	binary.LittleEndian.PutUint64(b[24:], uint64(end))
	for _, offset := range offsets {
		b = binary.LittleEndian.AppendUint32(b, offset)
	}
	binary.LittleEndian.PutUint32(b[12:], sidecarSum(salt, b))
	return b
}

func sidecarSum(salt uint64, b []byte) uint32 {
	var seed [8]byte
	binary.LittleEndian.PutUint64(seed[:], salt)
	return crc32.Update(crc32.Checksum(seed[:], castagnoli), castagnoli, b[16:])
}

// decodeSidecar returns the offsets of a segment of size bytes and where they end.
func decodeSidecar(b []byte, salt, first uint64, size int64) (offsets []uint32, end int64, err error) {
	if len(b) < sidecarHeader || string(b[:8]) != sidecarMagic {
		return nil, 0, errSidecar
	}
	count := int64(binary.LittleEndian.Uint32(b[8:]))
	end = int64(binary.LittleEndian.Uint64(b[24:]))
	switch {
	case int64(len(b)) != sidecarHeader+4*count,
		binary.LittleEndian.Uint32(b[12:]) != sidecarSum(salt, b),
		binary.LittleEndian.Uint64(b[16:]) != first,
		end < fileHeaderSize || end > size:
		return nil, 0, errSidecar
	}
	offsets = make([]uint32, count)
	for i := range offsets {
		offsets[i] = binary.LittleEndian.Uint32(b[sidecarHeader+4*i:])
	}
	return offsets, end, nil
}

// extent reads where record number i stands, with two small reads and without the
// sidecar's checksum: the record itself is checked by whoever reads it.
func extent(sidecar io.ReaderAt, first, i uint64) (from, to int64, err error) {
	var header [sidecarHeader]byte
	if _, err := sidecar.ReadAt(header[:], 0); err != nil {
		return 0, 0, errSidecar
	}
	count := uint64(binary.LittleEndian.Uint32(header[8:]))
	if string(header[:8]) != sidecarMagic || binary.LittleEndian.Uint64(header[16:]) != first || i >= count {
		return 0, 0, errSidecar
	}
	var places [8]byte
	last := i+1 == count
	wanted := places[:]
	if last {
		wanted = places[:4]
	}
	if _, err := sidecar.ReadAt(wanted, sidecarHeader+4*int64(i)); err != nil && (err != io.EOF || last) {
		return 0, 0, errSidecar
	}
	from = int64(binary.LittleEndian.Uint32(places[:]))
	to = int64(binary.LittleEndian.Uint32(places[4:]))
	if last {
		to = int64(binary.LittleEndian.Uint64(header[24:]))
	}
	if from < fileHeaderSize || to < from+recordHeaderSize || to-from > maxPayload+recordHeaderSize {
		return 0, 0, errSidecar
	}
	return from, to, nil
}

// readFile returns the content of a file of at most limit bytes.
func readFile(fs vfs.FS, name string, limit int64) ([]byte, error) {
	file, err := fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("segment: %s has %d bytes, at most %d belong", name, info.Size(), limit)
	}
	content := make([]byte, info.Size())
	if _, err := file.ReadAt(content, 0); err != nil && !(errors.Is(err, io.EOF) && len(content) == 0) {
		return nil, err
	}
	return content, nil
}

// writeFile puts content in place of the named file at once: after a crash the
// file has its old or its new content.
func writeFile(fs vfs.FS, name string, content []byte) error {
	temporary := name + temporarySuffix
	file, err := fs.Create(temporary, diskCategory)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	if err := fs.Rename(temporary, name); err != nil {
		return err
	}
	return syncDirectory(fs, fs.PathDir(name))
}

func syncDirectory(fs vfs.FS, name string) error {
	directory, err := fs.OpenDir(name)
	if err != nil {
		return err
	}
	return errors.Join(directory.Sync(), directory.Close())
}
