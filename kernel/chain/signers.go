package chain

import (
	"bytes"
	"fmt"
)

// Flags before the authority of an authorisation in Signers.
const (
	authorityNone  = 0
	authorityKnown = 1
)

// Signers returns what checking v's signatures has come to: its sender, and where
// somebody else pays or authorisations are there, the payer and for each of them 0x00,
// when its signature yielded nobody, or 0x01 and the authority. A node keeps it with a
// decided block; it reaches no hash and no other node.
func (v *Verified) Signers() []byte {
	signers := append(make([]byte, 0, AddressSize), v.Sender[:]...)
	if v.Payer == v.Sender && len(v.Delegate) == 0 {
		return signers
	}
	signers = append(signers, v.Payer[:]...)
	for i := range v.Delegate {
		if !v.Delegate[i].Valid {
			signers = append(signers, authorityNone)
			continue
		}
		signers = append(append(signers, authorityKnown), v.Delegate[i].Authority[:]...)
	}
	return signers
}

// SignedBy returns t as it was verified when [Verified.Signers] returned these bytes. It
// checks no signature: they must come from who has checked them. Of others than Signers
// returns for t the error wraps ErrMalformed.
func (t *Transaction) SignedBy(signers []byte) (v Verified, err error) {
	v.Transaction = t
	rest, whole := takeAddress(signers, &v.Sender)
	v.Payer = v.Sender
	if len(rest) > 0 || len(t.Delegate) > 0 {
		var paid bool
		rest, paid = takeAddress(rest, &v.Payer)
		whole = whole && paid
	}
	if len(t.Delegate) > 0 {
		signed := *t
		signed.Delegate = append([]Delegation(nil), t.Delegate...)
		v.Transaction = &signed
	}
	for i := range v.Delegate {
		var known bool
		rest, known = takeAuthority(rest, &v.Delegate[i])
		whole = whole && known
	}
	if !whole || len(rest) > 0 || !bytes.Equal(v.Signers(), signers) {
		return Verified{}, fmt.Errorf("%w: %d bytes of signers of transaction %s", ErrMalformed, len(signers), t.ID)
	}
	return v, nil
}

func takeAddress(b []byte, to *Address) (rest []byte, whole bool) {
	if len(b) < AddressSize {
		return nil, false
	}
	copy(to[:], b)
	return b[AddressSize:], true
}

func takeAuthority(b []byte, d *Delegation) (rest []byte, whole bool) {
	if len(b) == 0 || b[0] > authorityKnown {
		return nil, false
	}
	if d.Valid = b[0] == authorityKnown; !d.Valid {
		return b[1:], true
	}
	return takeAddress(b[1:], &d.Authority)
}
