package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// suites are those that a chain may name.
var suites = map[string]func() crypto.Suite{
	standard.Name: func() crypto.Suite { return standard.New() },
	gm.Name:       func() crypto.Suite { return gm.New() },
}

// nativeFamily makes native transactions in lane 0, of one scheme, for one chain.
type nativeFamily struct {
	suite    crypto.Suite
	signs    crypto.Scheme
	identity chain.Hash
}

// openNative asks the target which chain it is; without the name of a scheme it takes
// the suite's own.
func openNative(ctx context.Context, c *client, schemeName string) (*nativeFamily, error) {
	var about struct {
		Identity chain.Hash `json:"identity"`
		Crypto   string     `json:"crypto"`
	}
	if err := c.call(ctx, &about, "cl_chain"); err != nil {
		return nil, fmt.Errorf("the target is no chain of CredibleLedger, and no other takes native transactions: measure it with the family %s: %w", FamilyEthereum, err)
	}
	open, known := suites[about.Crypto]
	if !known {
		return nil, fmt.Errorf("the target's chain has the crypto suite %q, which this binary does not know: measure it with one that does", about.Crypto)
	}
	f := &nativeFamily{suite: open(), identity: about.Identity}
	id := f.suite.Default()
	if schemeName != "" {
		id, _ = chain.SchemeByName(schemeName)
	}
	var err error
	if f.signs, err = f.suite.Scheme(id); err != nil {
		return nil, fmt.Errorf("the chain's crypto suite %s has no scheme %q: choose one of %v", about.Crypto, schemeName, schemeNames(f.suite))
	}
	return f, nil
}

func schemeNames(suite crypto.Suite) (names []string) {
	for _, scheme := range suite.Schemes() {
		names = append(names, scheme.ID().String())
	}
	return names
}

// Schemes are the names of all schemes that native transactions may have, each on the
// suites that have it.
func Schemes() (names []string) {
	for _, open := range suites {
		names = append(names, schemeNames(open())...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (*nativeFamily) name() string { return FamilyNative }

func (f *nativeFamily) scheme() (crypto.Scheme, error) { return f.signs, nil }

func (f *nativeFamily) accounts(count int) ([]*account, error) {
	return newAccounts(f.suite, f.signs, count)
}

func (f *nativeFamily) sign(a *account, fees *fees, calls []order, gas uint64) (signed, error) {
	t := &native.Transaction{
		Identity: f.identity, Sender: a.address, Nonce: a.nonce, Gas: gas, FeeCap: fees.cap, TipCap: fees.tip, Calls: make([]chain.Call, len(calls)),
	}
	for i, o := range calls {
		t.Calls[i] = chain.Call{To: o.to, Value: o.value, Input: o.data}
	}
	done, err := t.Sign(f.suite, a.signer)
	if err != nil {
		return signed{}, err
	}
	a.nonce++
	return signed{raw: done.Encode(), id: done.ID(f.suite)}, nil
}

func (*nativeFamily) send(ctx context.Context, to *client, raws [][]byte) (refused []int, why error, err error) {
	return to.sendTogether(ctx, raws)
}

func (*nativeFamily) submission() string { return submissionTogether }

// perSender: this platform's pool takes 16,384 of each.
func (*nativeFamily) perSender() int { return 1024 }

// requests: nothing but the nodes bounds them.
func (*nativeFamily) requests(senders, _ int) int { return senders }
