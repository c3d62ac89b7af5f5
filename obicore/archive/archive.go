package archive

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// Format names the format and its version.
const Format = "credibleledger/blocks/1"

// maxRecord bounds a record in bytes, as a ledger's.
const maxRecord = 1 << 30

// Errors of archives.
var (
	// ErrFault says that a file is damaged or cut; the text names the record.
	ErrFault = errors.New("archive: the file is damaged")
	// ErrForeign says that a file is no archive that this binary reads.
	ErrForeign = errors.New("archive: not a file of blocks that this binary reads")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Head is what the first record says.
type Head struct {
	Genesis  []byte // the canonical file
	Identity chain.Hash
	From, To uint64 // heights, both included
}

func (h *Head) encode() []byte {
	p := rlp.AppendBytes(nil, []byte(Format))
	p = rlp.AppendBytes(p, h.Genesis)
	p = rlp.AppendBytes(p, h.Identity[:])
	p = rlp.AppendUint64(p, h.From)
	return rlp.AppendList(nil, rlp.AppendUint64(p, h.To))
}

func decodeHead(b []byte) (*Head, error) {
	outer := rlp.NewReader(b)
	list, err := outer.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFault, err)
	}
	format, err := list.Bytes()
	if err != nil || string(format) != Format {
		return nil, fmt.Errorf("%w: format %.64q, it reads %q: use the binary that wrote it", ErrForeign, format, Format)
	}
	h := &Head{}
	var faults [4]error
	h.Genesis, faults[0] = list.Bytes()
	faults[1] = list.Fixed(h.Identity[:])
	h.From, faults[2] = list.Uint64()
	h.To, faults[3] = list.Uint64()
	if err := errors.Join(append(faults[:], list.End(), outer.End())...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFault, err)
	}
	if h.From == 0 || h.From > h.To {
		return nil, fmt.Errorf("%w: blocks from %d to %d", ErrFault, h.From, h.To)
	}
	return h, nil
}

// Write writes the blocks of head from a ledger. progress gets the share that is done.
func Write(ctx context.Context, to io.Writer, source ledger.BlockStore, head Head, progress func(share float64)) error {
	status := source.Status()
	if oldest := max(1, status.OldestBody); head.From < oldest || head.From > head.To || head.To > status.Decided {
		return fmt.Errorf("%w: blocks from %d to %d: this ledger has those from %d to %d", ledger.ErrNotFound, head.From, head.To, oldest, status.Decided)
	}
	out := bufio.NewWriterSize(to, 1<<16)
	if err := writeRecord(out, head.encode()); err != nil {
		return err
	}
	for height := head.From; height <= head.To; height++ {
		payload, err := blockOf(source, height)
		if err == nil {
			err = errors.Join(ctx.Err(), writeRecord(out, payload))
		}
		if err != nil {
			return fmt.Errorf("block %d: %w", height, err)
		}
		progress(float64(height-head.From+1) / float64(head.To-head.From+1))
	}
	return out.Flush()
}

func blockOf(source ledger.BlockStore, height uint64) ([]byte, error) {
	header, headerFault := source.Header(height)
	proof, proofFault := source.Proof(height)
	body, bodyFault := source.Body(height)
	if err := errors.Join(headerFault, proofFault, bodyFault); err != nil {
		return nil, err
	}
	p := append(header.Encode(), proof.Encode()...)
	return rlp.AppendList(nil, append(p, body.Encode()...)), nil
}

func writeRecord(out io.Writer, payload []byte) error {
	frame := binary.BigEndian.AppendUint32(nil, uint32(len(payload)))
	frame = binary.BigEndian.AppendUint32(frame, crc32.Checksum(payload, castagnoli))
	_, err := out.Write(frame)
	if err == nil {
		_, err = out.Write(payload)
	}
	return err
}

// Reader reads an archive.
type Reader struct {
	Head *Head
	in   *bufio.Reader
}

// NewReader reads the first record.
func NewReader(from io.Reader) (*Reader, error) {
	r := &Reader{in: bufio.NewReaderSize(from, 1<<16)}
	payload, err := r.record()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it is empty", ErrFault)
	}
	if err != nil {
		return nil, fmt.Errorf("the first record: %w", err)
	}
	r.Head, err = decodeHead(payload)
	return r, err
}

// record returns the next payload, io.EOF at the end of the file.
func (r *Reader) record() ([]byte, error) {
	var frame [8]byte
	if n, err := io.ReadFull(r.in, frame[:]); errors.Is(err, io.EOF) && n == 0 {
		return nil, io.EOF
	} else if err != nil {
		return nil, fmt.Errorf("%w: it ends inside a record", ErrFault)
	}
	size := binary.BigEndian.Uint32(frame[:])
	if size > maxRecord {
		return nil, fmt.Errorf("%w: a record of %d bytes", ErrFault, size)
	}
	// What is not there is not allocated, whatever the length says.
	payload, err := io.ReadAll(io.LimitReader(r.in, int64(size)))
	switch {
	case err != nil:
		return nil, err
	case len(payload) < int(size):
		return nil, fmt.Errorf("%w: it ends inside a record", ErrFault)
	case crc32.Checksum(payload, castagnoli) != binary.BigEndian.Uint32(frame[4:]):
		return nil, fmt.Errorf("%w: checksum", ErrFault)
	}
	return payload, nil
}

// Blocks gives the blocks from Head.From to Head.To in order; it can be asked once.
func (r *Reader) Blocks() iter.Seq2[*blocksync.Block, error] {
	return func(yield func(*blocksync.Block, error) bool) {
		for height := r.Head.From; height <= r.Head.To; height++ {
			b, err := r.next()
			if err != nil {
				err = fmt.Errorf("the record of block %d: %w", height, err)
			}
			if !yield(b, err) || err != nil {
				return
			}
		}
		if _, err := r.record(); !errors.Is(err, io.EOF) {
			yield(nil, fmt.Errorf("%w: it goes on behind block %d", ErrFault, r.Head.To))
		}
	}
}

func (r *Reader) next() (*blocksync.Block, error) {
	payload, err := r.record()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: it is missing", ErrFault)
	}
	if err != nil {
		return nil, err
	}
	outer := rlp.NewReader(payload)
	list, err := outer.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFault, err)
	}
	b := &blocksync.Block{}
	var faults [3]error
	b.Header, faults[0] = list.Raw()
	b.Proof, faults[1] = list.Raw()
	b.Body, faults[2] = list.Raw()
	if err := errors.Join(append(faults[:], list.End(), outer.End())...); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFault, err)
	}
	return b, nil
}
