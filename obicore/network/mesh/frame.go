package mesh

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// The types of frames (formats: docs/spec/en/network.md).
const (
	frameHello byte = 1 + iota
	frameMessage
	frameCredit
	framePing
	framePong
	frameGoodbye
)

const (
	headerSize = 5 // length of the payload in 4 bytes, type in 1
	numberSize = 8 // payload of credit, ping and pong
	maxHello   = 256
	maxText    = 256 // text of a goodbye, in bytes
	maxControl = 1 + maxText
	firstPart  = 64 << 10 // what is allocated before any byte of a payload has arrived
)

// errFrame is wrapped by every reason for which a frame ends its connection.
var errFrame = errors.New("malformed frame")

// appendHeader begins a frame.
func appendHeader(dst []byte, kind byte, size int) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(size)), kind)
}

// appendNumber is a whole frame of credit, ping or pong.
func appendNumber(dst []byte, kind byte, v uint64) []byte {
	return binary.BigEndian.AppendUint64(appendHeader(dst, kind, numberSize), v)
}

// appendFrame is a whole frame of any type.
func appendFrame(dst []byte, kind byte, payload []byte) []byte {
	return append(appendHeader(dst, kind, len(payload)), payload...)
}

// frameReader takes frames from a stream.
type frameReader struct {
	source  *bufio.Reader
	message int // bytes of the largest message
	control [maxControl]byte
}

func newFrameReader(source io.Reader, message int) *frameReader {
	return &frameReader{source: bufio.NewReaderSize(source, 32<<10), message: message}
}

// next returns the next frame. A message's payload is the caller's; any other is valid
// until the next call.
func (r *frameReader) next() (kind byte, payload []byte, err error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r.source, header[:]); err != nil {
		return 0, nil, err
	}
	kind, size := header[4], binary.BigEndian.Uint32(header[:])
	if err := r.check(kind, size); err != nil {
		return 0, nil, err
	}
	if kind == frameMessage {
		payload, err = readGrowing(r.source, int(size))
	} else {
		payload = r.control[:size]
		_, err = io.ReadFull(r.source, payload)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return kind, payload, err
}

// check holds a header to its type's sizes.
func (r *frameReader) check(kind byte, size uint32) error {
	least, most := 0, 0
	switch kind {
	case frameHello:
		least, most = 1, maxHello
	case frameMessage:
		most = r.message
	case frameCredit, framePing, framePong:
		least, most = numberSize, numberSize
	case frameGoodbye:
		least, most = 1, maxControl
	default:
		return fmt.Errorf("%w: type %d is not known", errFrame, kind)
	}
	if uint64(size) < uint64(least) || uint64(size) > uint64(most) {
		return fmt.Errorf("%w: type %d with %d bytes, want %d to %d", errFrame, kind, size, least, most)
	}
	return nil
}

// readGrowing reads size bytes and allocates no more than twice what has arrived, so
// that a header alone costs nothing.
func readGrowing(source io.Reader, size int) ([]byte, error) {
	payload := make([]byte, min(size, firstPart))
	for filled := 0; ; {
		n, err := io.ReadFull(source, payload[filled:])
		filled += n
		if err != nil || filled == size {
			return payload, err
		}
		grown := make([]byte, min(size, 2*filled))
		copy(grown, payload)
		payload = grown
	}
}
