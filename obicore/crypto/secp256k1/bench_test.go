package secp256k1_test

import (
	"bytes"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func BenchmarkRecover(b *testing.B) {
	for name, scheme := range libraries() {
		signature, err := load(b, scheme, bytes.Repeat([]byte{7}, 32)).Sign(chain.Hash{1})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := scheme.Recover(chain.Hash{1}, signature); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
