package chain

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// SystemAddress returns the address of a native module. The range is
// 0x434c00…00NNNN ("CL"), outside Ethereum's 0x01–0x1ff (contract specification).
func SystemAddress(number uint16) (a Address) {
	a[0], a[1] = 'C', 'L'
	binary.BigEndian.PutUint16(a[AddressSize-2:], number)
	return a
}

// IsSystemAddress reports whether a lies in the range of native modules.
func IsSystemAddress(a Address) bool {
	if a[0] != 'C' || a[1] != 'L' {
		return false
	}
	for _, b := range a[2 : AddressSize-2] {
		if b != 0 {
			return false
		}
	}
	return true
}

// MarkerCode is the code of every native module: one byte, so that Solidity's
// check that a callee is a contract passes (contract specification).
var MarkerCode = []byte{0xfe}

// ParametersAddress holds the chain parameters that can change by transaction.
var ParametersAddress = SystemAddress(1)

// The subkeys of the parameters' entries.
const (
	subkeyParameters = "parameters"
	subkeyValidators = "validators"
)

// ParametersKey and ValidatorsKey are the state keys of the chain parameters and
// of the validator sets.
var (
	ParametersKey = StateKey{Owner: ParametersAddress, Space: SpaceModule, Subkey: subkeyParameters}
	ValidatorsKey = StateKey{Owner: ParametersAddress, Space: SpaceModule, Subkey: subkeyValidators}
)

// MaxAdmins bounds the number of administrators.
const MaxAdmins = 64

// MaxSchedule bounds the activations of rules that a chain keeps.
const MaxSchedule = 256

// MaxBaseFee is the highest base fee: 2^128, under which the price of any gas
// limit fits in 256 bits.
var MaxBaseFee = Word{15: 1}

// Parameters are the chain parameters in state. A block executes under the
// parameters of the state after its parent.
type Parameters struct {
	GasLimit uint64
	Fees     Fees
	Rules    []Rules
	Admin    []Address
}

// Encode returns the canonical encoding.
func (p *Parameters) Encode() []byte {
	var rules, admin []byte
	for _, r := range p.Rules {
		rules = rlp.AppendList(rules, rlp.AppendUint64(rlp.AppendUint64(nil, r.Version), r.Activation))
	}
	for i := range p.Admin {
		admin = rlp.AppendBytes(admin, p.Admin[i][:])
	}
	burn := uint64(0)
	if p.Fees.Burn {
		burn = 1
	}
	b := rlp.AppendUint64(nil, p.GasLimit)
	b = rlp.AppendWord(b, p.Fees.BaseFee)
	b = rlp.AppendBytes(b, p.Fees.Account[:])
	b = rlp.AppendUint64(b, burn)
	b = rlp.AppendList(b, rules)
	b = rlp.AppendList(b, admin)
	return rlp.AppendList(nil, b)
}

// DecodeParameters reads what Encode writes.
func DecodeParameters(b []byte) (*Parameters, error) {
	d := newDecoder(b, "parameters")
	p := &Parameters{}
	d.list(func(d *decoder) {
		p.GasLimit = d.uint64()
		p.Fees.BaseFee = d.word()
		d.fixed(p.Fees.Account[:])
		burn := d.uint64()
		if burn > 1 {
			d.fail(fmt.Errorf("burn is %d, want 0 or 1", burn))
		}
		p.Fees.Burn = burn == 1
		d.each(1<<10, func(d *decoder) {
			var r Rules
			d.list(func(d *decoder) { r.Version, r.Activation = d.uint64(), d.uint64() })
			p.Rules = append(p.Rules, r)
		})
		d.each(MaxAdmins, func(d *decoder) {
			var a Address
			d.fixed(a[:])
			p.Admin = append(p.Admin, a)
		})
	})
	return p, d.finish()
}

// Parameters returns the parameters at height 0.
func (g *Genesis) Parameters() Parameters {
	return Parameters{GasLimit: g.GasLimit, Fees: g.Fees, Rules: g.Rules, Admin: g.Admin}
}
