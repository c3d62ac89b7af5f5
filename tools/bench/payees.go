package bench

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// payeesUnlessSaid is how many accounts are paid, unless the settings say so.
const payeesUnlessSaid = 256

// mostLookedAt bounds how many payees are looked at after a run, spread over all.
const mostLookedAt = 10_000

// payees are the accounts that calls pay, one unit each. They follow from a salt: ten
// million of them take no memory.
type payees struct {
	Payment
	salt   []byte
	begin  uint64              // of what is drawn: another run pays others
	before map[uint64]*big.Int // what those that are looked at held
}

// Payment says who is paid.
type Payment struct {
	Accounts int    // how many; 256 when 0
	Seed     string // they follow from it, so that a later run pays some of the same; new ones when empty
	InTurn   bool   // each once, one after the other, however long it takes; else drawn uniformly
}

// held asks what an account holds.
type held func(ctx context.Context, c *client, of chain.Address) (*big.Int, error)

func (p *payees) prepare(ctx context.Context, root *root, ask held) error {
	if p.salt = []byte(p.Seed); p.Seed == "" {
		p.salt = root.address[:]
	}
	if !p.InTurn {
		p.begin = rand.Uint64() //nolint:gosec // whom a run pays is no secret
	}
	p.before = make(map[uint64]*big.Int)
	step := uint64(max(1, (p.Accounts+mostLookedAt-1)/mostLookedAt))    //nolint:gosec // positive
	for place := uint64(0); place < uint64(p.Accounts); place += step { //nolint:gosec // positive
		balance := new(big.Int)
		if p.Seed != "" {
			var err error
			if balance, err = ask(ctx, root.client, p.at(place)); err != nil {
				return err
			}
		}
		p.before[place] = balance
	}
	return nil
}

func (p *payees) at(place uint64) chain.Address {
	hash := keccak.Keccak256(binary.BigEndian.AppendUint64(p.salt[:len(p.salt):len(p.salt)], place))
	return chain.Address(hash[:20])
}

// place is whom the call with a number pays.
func (p *payees) place(number int) uint64 {
	drawn := uint64(number) //nolint:gosec // not negative
	if !p.InTurn {
		drawn = rand.NewPCG(p.begin, drawn).Uint64()
	}
	return drawn % uint64(p.Accounts) //nolint:gosec // positive
}

// paidBy returns whom the call with a number pays.
func (p *payees) paidBy(number int) chain.Address { return p.at(p.place(number)) }

// check looks at each payee, or at some of very many, after the calls with these numbers.
func (p *payees) check(ctx context.Context, c *client, ask held, numbers []int) error {
	want := make(map[uint64]int64, len(p.before))
	for _, number := range numbers {
		if place := p.place(number); p.before[place] != nil {
			want[place]++
		}
	}
	for place, before := range p.before {
		balance, err := ask(ctx, c, p.at(place))
		if err != nil {
			return err
		}
		if paid := balance.Sub(balance, before); paid.Cmp(big.NewInt(want[place])) != 0 {
			return fmt.Errorf("%s was paid %s, %d were sent to it", p.at(place), paid, want[place])
		}
	}
	return nil
}
