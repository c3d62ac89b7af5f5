package ethereum_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/decred/dcrd/dcrec/secp256k1/v4"
	"github.com/decred/dcrd/dcrec/secp256k1/v4/ecdsa"
	"golang.org/x/crypto/sha3"
)

// keccak and curve are the hash and the recovery that the tests hand to the package; they share no code with the
// product's crypto suites.
func keccak(parts ...[]byte) (digest chain.Hash) {
	state := sha3.NewLegacyKeccak256()
	for _, part := range parts {
		state.Write(part)
	}
	state.Sum(digest[:0])
	return digest
}

type curve struct{ recoveries *int }

func (c curve) Recover(digest chain.Hash, signature [65]byte) (chain.PublicKey, error) {
	if c.recoveries != nil {
		*c.recoveries++
	}
	compact := append([]byte{27 + signature[64]}, signature[:64]...)
	key, _, err := ecdsa.RecoverCompact(compact, digest[:])
	if err != nil {
		return chain.PublicKey{}, err
	}
	return chain.PublicKey{Scheme: chain.SchemeSecp256k1, Bytes: key.SerializeUncompressed()[1:]}, nil
}

func (curve) Address(key chain.PublicKey) (chain.Address, error) {
	if key.Scheme != chain.SchemeSecp256k1 || len(key.Bytes) != 64 {
		return chain.Address{}, errors.New("no secp256k1 key")
	}
	digest := keccak(key.Bytes)
	return chain.Address(digest[12:]), nil
}

// account is a key made from a name.
type account struct {
	secret  *secp256k1.PrivateKey
	address chain.Address
}

func newAccount(name string) account {
	seed := keccak([]byte(name))
	secret := secp256k1.PrivKeyFromBytes(seed[:])
	address := keccak(secret.PubKey().SerializeUncompressed()[1:])
	return account{secret: secret, address: chain.Address(address[12:])}
}

func (a account) sign(digest chain.Hash) (r, s chain.Word, parity byte, err error) {
	compact := ecdsa.SignCompact(a.secret, digest[:], false)
	return chain.Word(compact[1:33]), chain.Word(compact[33:65]), compact[0] - 27, nil
}

var family = ethereum.NewFamily(keccak, curve{})

func unhex(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func address(t testing.TB, text string) (a chain.Address) {
	t.Helper()
	if err := a.UnmarshalText([]byte(text)); err != nil {
		t.Fatal(err)
	}
	return a
}
