package rlp

import (
	"errors"
	"fmt"
	"io"
)

// The reasons for which input is refused. Errors of this package wrap one of them with the offset of the item.
var (
	// ErrTruncated says that the input ends inside an item. It wraps io.ErrUnexpectedEOF.
	ErrTruncated = fmt.Errorf("rlp: input ends inside an item: %w", io.ErrUnexpectedEOF)
	// ErrNotCanonical says that an item has a shorter encoding than the one given.
	ErrNotCanonical = errors.New("rlp: encoding is not canonical")
	// ErrLeadingZeros says that an integer is written with leading zero bytes.
	ErrLeadingZeros = errors.New("rlp: integer has leading zeros")
	// ErrWrongKind says that a list stands where a string was asked for, or the other way round.
	ErrWrongKind = errors.New("rlp: item is of the wrong kind")
	// ErrWrongLength says that a string has not the exact length that was asked for.
	ErrWrongLength = errors.New("rlp: string has the wrong length")
	// ErrTooLarge says that an integer does not fit its type, or that lists are nested deeper than allowed.
	ErrTooLarge = errors.New("rlp: value is too large")
	// ErrTrailing says that bytes are left where the value should have ended.
	ErrTrailing = errors.New("rlp: bytes are left after the value")
)

// at adds to a reason the offset, in bytes, of the item that it concerns.
func at(offset int, reason error) error {
	return fmt.Errorf("at byte %d: %w", offset, reason)
}
