package chain

import "fmt"

// Families routes an envelope to the family that owns its type byte.
type Families struct {
	byType map[byte]Family
}

// NewFamilies returns a router over the given families; two families that claim
// one type byte are a programming error and are refused.
func NewFamilies(families ...Family) (*Families, error) {
	byType := make(map[byte]Family)
	for _, family := range families {
		for _, kind := range family.Types() {
			if other, taken := byType[kind]; taken {
				return nil, fmt.Errorf("chain: families %q and %q both claim type 0x%02x", other.Name(), family.Name(), kind)
			}
			byType[kind] = family
		}
	}
	return &Families{byType: byType}, nil
}

// EnvelopeType returns the EIP-2718 type of an envelope: the first byte, or 0
// for a legacy transaction, which starts like an RLP list.
func EnvelopeType(raw []byte) (byte, error) {
	switch {
	case len(raw) == 0:
		return 0, fmt.Errorf("%w: empty envelope", ErrMalformed)
	case raw[0] >= 0xc0:
		return 0, nil
	case raw[0] == 0 || raw[0] > 0x7f:
		return 0, fmt.Errorf("%w: first byte 0x%02x", ErrUnknownType, raw[0])
	}
	return raw[0], nil
}

// Decode reads one envelope with the family of its type byte.
func (f *Families) Decode(raw []byte) (*Transaction, error) {
	family, err := f.of(raw)
	if err != nil {
		return nil, err
	}
	return family.Decode(raw)
}

// Verify checks the signatures of t with its family.
func (f *Families) Verify(t *Transaction) (Verified, error) {
	family, err := f.of(t.Raw)
	if err != nil {
		return Verified{}, err
	}
	return family.Verify(t)
}

func (f *Families) of(raw []byte) (Family, error) {
	kind, err := EnvelopeType(raw)
	if err != nil {
		return nil, err
	}
	family, known := f.byType[kind]
	if !known {
		return nil, fmt.Errorf("%w: 0x%02x", ErrUnknownType, kind)
	}
	return family, nil
}
