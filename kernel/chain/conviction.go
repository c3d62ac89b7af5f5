package chain

import "github.com/credibleledger/credibleledger/kernel/encoding/rlp"

// Offence is what a piece of evidence in a block convicts a validator of: two votes
// for one height and round.
type Offence struct {
	Accused       NodeID
	Height, Round uint64
}

// Conviction is what state keeps of the evidence against a validator: its newest
// offence, and how many blocks have recorded. State keeps it for good, so that whoever
// decides about membership finds it; it has no consequence by itself.
type Conviction struct {
	Height, Round uint64
	Count         uint64
}

// subkeyConviction begins the subkeys of convictions; the node id follows.
const subkeyConviction = "conviction/"

// ConvictionKey is the state key of a validator's conviction.
func ConvictionKey(accused NodeID) StateKey {
	return StateKey{Owner: ParametersAddress, Space: SpaceModule, Subkey: subkeyConviction + string(accused[:])}
}

// Before reports whether an offence is newer than what is recorded. Only newer ones
// are, so that no evidence is recorded twice.
func (c Conviction) Before(o Offence) bool {
	return c.Count == 0 || o.Height > c.Height || o.Height == c.Height && o.Round > c.Round
}

// With returns the conviction with one offence more.
func (c Conviction) With(o Offence) Conviction {
	return Conviction{Height: o.Height, Round: o.Round, Count: c.Count + 1}
}

// Encode returns the canonical encoding: [height, round, count].
func (c Conviction) Encode() []byte {
	p := rlp.AppendUint64(rlp.AppendUint64(nil, c.Height), c.Round)
	return rlp.AppendList(nil, rlp.AppendUint64(p, c.Count))
}

// DecodeConviction reads what Encode writes; nothing for a validator without.
func DecodeConviction(b []byte) (c Conviction, err error) {
	if len(b) == 0 {
		return c, nil
	}
	d := newDecoder(b, "conviction")
	d.list(func(d *decoder) { c = Conviction{Height: d.uint64(), Round: d.uint64(), Count: d.uint64()} })
	return c, d.finish()
}
