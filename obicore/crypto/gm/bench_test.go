package gm_test

import (
	"strconv"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
)

// items returns signatures of distinct keys over distinct digests.
func items(b *testing.B, scheme crypto.Scheme, count int) []crypto.Item {
	b.Helper()
	list := make([]crypto.Item, count)
	secret := make([]byte, 32)
	for i := range list {
		secret[30], secret[31] = byte(i>>8), byte(i)|1
		signer, err := scheme.Import(secret)
		if err != nil {
			b.Fatal(err)
		}
		digest := chain.Hash{byte(i >> 8), byte(i)}
		signature, err := signer.Sign(digest)
		if err != nil {
			b.Fatal(err)
		}
		list[i] = crypto.Item{Key: signer.Public(), Digest: digest, Signature: signature}
	}
	return list
}

func BenchmarkVerify(b *testing.B) {
	for _, scheme := range gm.New().Schemes() {
		item := items(b, scheme, 1)[0]
		b.Run(scheme.ID().String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := scheme.Verify(item.Key, item.Digest, item.Signature); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	for _, scheme := range gm.New().Schemes() {
		signer, err := scheme.Import(append(make([]byte, 31), 9))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(scheme.ID().String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := signer.Sign(chain.Hash{1}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// One operation is one signature of the batch, so that the figures compare with BenchmarkVerify.
func BenchmarkVerifyBatch(b *testing.B) {
	for _, scheme := range gm.New().Schemes() {
		for _, size := range []int{8, 64, 256} {
			list := items(b, scheme, size)
			b.Run(scheme.ID().String()+"/"+strconv.Itoa(size), func(b *testing.B) {
				b.ReportAllocs()
				for done := 0; done < b.N; done += size {
					for _, err := range scheme.VerifyBatch(list) {
						if err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

func BenchmarkSum(b *testing.B) {
	suite := gm.New()
	left, right := make([]byte, 32), make([]byte, 32)
	b.ReportAllocs()
	for b.Loop() {
		suite.Sum([]byte{1}, left, right)
	}
}
