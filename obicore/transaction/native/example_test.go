package native_test

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// A member pays with an Ed25519 key, two calls in one, and a sponsor with an Ethereum key pays for gas. Any crypto.Signer
// will do in the place of the imported keys.
func Example() {
	suite := standard.New()
	edwards, _ := suite.Scheme(chain.SchemeEd25519)
	ethereum, _ := suite.Scheme(chain.SchemeSecp256k1)
	member, _ := edwards.Import([]byte{31: 1})
	sponsor, _ := ethereum.Import([]byte{31: 2})
	sender, _ := suite.Address(member.Public())
	payer, _ := suite.Address(sponsor.Public())

	chainIdentity := chain.Hash{0: 0xc1} // what cl_chain answers
	transaction := &native.Transaction{
		Identity: chainIdentity, Sender: sender, Payer: payer,
		Lane: 7, Nonce: 0, ValidUntil: 5000, Gas: 120_000, FeeCap: chain.WordFromUint64(1_000_000_000),
		Calls: []chain.Call{
			{To: &chain.Address{1}, Value: chain.WordFromUint64(10)},
			{To: &chain.Address{2}, Input: []byte{0xd0, 0x9d, 0xe0, 0x8a}},
		},
	}
	signed, err := transaction.Sign(suite, member)
	if err != nil {
		fmt.Println(err)
		return
	}
	if signed, err = signed.SignAsPayer(suite, sponsor); err != nil {
		fmt.Println(err)
		return
	}
	raw := signed.Encode() // for eth_sendRawTransaction

	family := native.NewFamily(suite, chainIdentity, 4711)
	decoded, err := family.Decode(raw)
	if err != nil {
		fmt.Println(err)
		return
	}
	verified, err := family.Verify(decoded)
	fmt.Println(decoded.ID == signed.ID(suite), verified.Sender == sender, verified.Payer == payer, err)
	// Output: true true true <nil>
}
