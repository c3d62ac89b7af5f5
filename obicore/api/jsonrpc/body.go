package jsonrpc

import (
	"errors"
	"io"
)

var (
	errTooLong  = errors.New("jsonrpc: message too long")
	errNoMemory = errors.New("jsonrpc: too many bytes buffered")
)

// firstRead is the room for a message whose length is not known; announced lengths are believed up to trustedLength.
const (
	firstRead     = 1 << 10
	trustedLength = 64 << 10
)

// readAll reads r to its end, at most limit bytes, into memory taken from the budget as the bytes arrive. Whatever the
// error, taken must be given back once the data is no longer used.
func readAll(r io.Reader, announced, limit int64, memory *budget) (data []byte, taken int64, err error) {
	size := int64(firstRead)
	if announced >= 0 {
		size = min(announced+1, trustedLength) // one more byte, to see the end without growing
	}
	if !memory.take(size) {
		return nil, 0, errNoMemory
	}
	data, taken = make([]byte, 0, size), size
	for {
		n, err := r.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if int64(len(data)) > limit {
			return nil, taken, errTooLong
		}
		if err == io.EOF {
			return data, taken, nil
		}
		if err != nil {
			return nil, taken, err
		}
		if len(data) < cap(data) {
			continue
		}
		grown := min(2*int64(cap(data)), limit+1)
		if !memory.take(grown) {
			return nil, taken, errNoMemory
		}
		data = append(make([]byte, 0, grown), data...)
		memory.give(taken)
		taken = grown
	}
}
