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

// VerifyBatch checks the signatures of each transaction with its family: those of
// one type in one step where the family is a [BatchFamily], else one after the
// other. Both results have one entry per transaction, and the verdicts equal those
// of Verify.
func (f *Families) VerifyBatch(transactions []*Transaction) ([]Verified, []error) {
	verified, errs := make([]Verified, len(transactions)), make([]error, len(transactions))
	shares := make(map[byte]*share)
	for i, t := range transactions {
		family, err := f.of(t.Raw)
		if err != nil {
			errs[i] = err
			continue
		}
		batch, together := family.(BatchFamily)
		if !together {
			verified[i], errs[i] = family.Verify(t)
			continue
		}
		kind := t.Raw[0]
		if shares[kind] == nil {
			shares[kind] = &share{family: batch}
		}
		shares[kind].add(i, t)
	}
	for _, share := range shares {
		share.verify(verified, errs)
	}
	return verified, errs
}

// share is what one family checks together, and where the verdicts belong.
type share struct {
	family       BatchFamily
	places       []int
	transactions []*Transaction
}

func (s *share) add(place int, t *Transaction) {
	s.places, s.transactions = append(s.places, place), append(s.transactions, t)
}

func (s *share) verify(verified []Verified, errs []error) {
	verdicts, failures := s.family.VerifyBatch(s.transactions)
	for i, place := range s.places {
		verified[place], errs[place] = verdicts[i], failures[i]
	}
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
