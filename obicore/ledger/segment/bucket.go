package segment

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// bucketBuffer is the memory of one bucket file in bytes.
const bucketBuffer = 16 << 10

// bucket is a scratch file of entries with their places:
//
//	place 32 | length of the key u16 | length of the value u32 | key | value
//
// little-endian. It is read by who wrote it, so that nothing is checked.
type bucket struct {
	fs     vfs.FS
	name   string
	file   vfs.File
	writer *bufio.Writer
	bytes  int64 // of entries
	count  int
}

func (b *bucket) put(p placed) error {
	if b.file == nil {
		file, err := b.fs.Create(b.name, diskCategory)
		if err != nil {
			return err
		}
		b.file, b.writer = file, bufio.NewWriterSize(file, bucketBuffer)
	}
	key := p.entry.Key.Encode()
	header := append(make([]byte, 0, chain.HashSize+6), p.place[:]...)
	header = binary.LittleEndian.AppendUint16(header, uint16(len(key)))
	header = binary.LittleEndian.AppendUint32(header, uint32(len(p.entry.Value)))
	for _, part := range [][]byte{header, key, p.entry.Value} {
		if _, err := b.writer.Write(part); err != nil {
			return err
		}
	}
	b.bytes, b.count = b.bytes+sizeOf(&p.entry), b.count+1
	return nil
}

// finish ends the writing.
func (b *bucket) finish() error {
	if b.file == nil {
		return nil
	}
	err := errors.Join(b.writer.Flush(), b.file.Close())
	b.file, b.writer = nil, nil
	return err
}

// each reads the entries back in the order in which they were put.
func (b *bucket) each(f func(placed) error) (err error) {
	if b.count == 0 {
		return nil
	}
	file, err := b.fs.Open(b.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	reader := bufio.NewReaderSize(file, 1<<18)
	for range b.count {
		p, err := readPlaced(reader)
		if err == nil {
			err = f(p)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func readPlaced(reader io.Reader) (p placed, err error) {
	var header [chain.HashSize + 6]byte
	if _, err := io.ReadFull(reader, header[:]); err != nil {
		return p, err
	}
	copy(p.place[:], header[:])
	keyLength := int(binary.LittleEndian.Uint16(header[chain.HashSize:]))
	content := make([]byte, keyLength+int(binary.LittleEndian.Uint32(header[chain.HashSize+2:])))
	if _, err := io.ReadFull(reader, content); err != nil {
		return p, err
	}
	p.entry.Value = content[keyLength:]
	p.entry.Key, err = chain.DecodeStateKey(content[:keyLength])
	return p, err
}

// remove ends the bucket.
func (b *bucket) remove() error {
	if b == nil {
		return nil
	}
	err := b.finish()
	if removed := b.fs.Remove(b.name); removed != nil && !isNotExist(removed) {
		err = errors.Join(err, removed)
	}
	return err
}
