package scheme

import (
	"bytes"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// PairSize is the length in bytes of r‖s, two 32-byte big-endian scalars
// (IEEE P1363, GM/T 0003.2).
const PairSize = 64

const scalarSize = PairSize / 2

// CheckPair refuses a signature that is not PairSize bytes or whose s is above
// highest (nil allows every s).
func CheckPair(signature, highest []byte) error {
	if len(signature) != PairSize {
		return fmt.Errorf("%w: %d bytes instead of %d", crypto.ErrSignature, len(signature), PairSize)
	}
	if highest != nil && bytes.Compare(signature[scalarSize:], highest) > 0 {
		return fmt.Errorf("%w: s is above half the group order", crypto.ErrSignature)
	}
	return nil
}

// PairToDER encodes r‖s as the DER SEQUENCE of two INTEGERs that libraries take. The
// argument has PairSize bytes.
func PairToDER(pair []byte) []byte {
	// Two integers have at most 2+33 bytes each, so every length fits into one byte.
	der := make([]byte, 2, 2+2*(2+1+scalarSize))
	der = appendInteger(der, pair[:scalarSize])
	der = appendInteger(der, pair[scalarSize:])
	der[0], der[1] = 0x30, byte(len(der)-2)
	return der
}

func appendInteger(der, scalar []byte) []byte {
	for len(scalar) > 1 && scalar[0] == 0 {
		scalar = scalar[1:]
	}
	if scalar[0]&0x80 != 0 {
		der = append(der, 0x02, byte(len(scalar)+1), 0)
	} else {
		der = append(der, 0x02, byte(len(scalar)))
	}
	return append(der, scalar...)
}

// PairFromDER decodes what a library signed. It fails on anything but a strict DER
// SEQUENCE of two positive integers of at most 32 bytes.
func PairFromDER(der []byte) ([]byte, error) {
	var sequence cryptobyte.String
	var r, s []byte
	input := cryptobyte.String(der)
	if !input.ReadASN1(&sequence, asn1.SEQUENCE) || !input.Empty() ||
		!sequence.ReadASN1Integer(&r) || !sequence.ReadASN1Integer(&s) || !sequence.Empty() ||
		len(r) > scalarSize || len(s) > scalarSize {
		return nil, fmt.Errorf("%w: not a DER pair of scalars", crypto.ErrSignature)
	}
	pair := make([]byte, PairSize)
	copy(pair[scalarSize-len(r):], r)
	copy(pair[PairSize-len(s):], s)
	return pair, nil
}
