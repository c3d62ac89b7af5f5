package chain_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func FuzzSignersComeBackOrAreRefused(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, 20), 0)
	f.Add(bytes.Repeat([]byte{1}, 40), 0)
	f.Add(append(append(bytes.Repeat([]byte{2}, 40), 0, 1), bytes.Repeat([]byte{3}, 20)...), 2)
	f.Add(append(bytes.Repeat([]byte{2}, 40), 2), 1)
	f.Add([]byte{}, 1)
	f.Fuzz(func(t *testing.T, signers []byte, delegations int) {
		transaction := &chain.Transaction{Delegate: make([]chain.Delegation, max(0, delegations%4))}
		v, err := transaction.SignedBy(signers)
		if err != nil {
			if !errors.Is(err, chain.ErrMalformed) {
				t.Fatal(err)
			}
			return
		}
		if !bytes.Equal(v.Signers(), signers) {
			t.Fatalf("%x comes back as %x", signers, v.Signers())
		}
	})
}

func TestATransactionIsSignedByWhomItWasVerified(t *testing.T) {
	sender, payer, authority := chain.Address{1}, chain.Address{2}, chain.Address{3}
	verified := map[string]chain.Verified{
		"sender pays":        {Transaction: &chain.Transaction{}, Sender: sender, Payer: sender},
		"another pays":       {Transaction: &chain.Transaction{}, Sender: sender, Payer: payer},
		"with authorisation": {Transaction: &chain.Transaction{Delegate: []chain.Delegation{{Nonce: 7}, {Valid: true, Authority: authority}}}, Sender: sender, Payer: sender},
	}
	for name, want := range verified {
		t.Run(name, func(t *testing.T) {
			unchecked := *want.Transaction
			unchecked.Delegate = nil
			for _, d := range want.Delegate {
				d.Valid, d.Authority = false, chain.Address{}
				unchecked.Delegate = append(unchecked.Delegate, d)
			}
			before := unchecked
			before.Delegate = append([]chain.Delegation(nil), unchecked.Delegate...)
			got, err := unchecked.SignedBy(want.Signers())
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("signed by %x: %+v, %v", want.Signers(), got, err)
			}
			if !reflect.DeepEqual(unchecked, before) {
				t.Fatal("the transaction itself has changed")
			}
			for length := range want.Signers() {
				if length == chain.AddressSize && len(want.Delegate) == 0 {
					continue // the sender alone
				}
				if _, err := unchecked.SignedBy(want.Signers()[:length]); !errors.Is(err, chain.ErrMalformed) {
					t.Fatalf("%d bytes of them: %v", length, err)
				}
			}
		})
	}
}
