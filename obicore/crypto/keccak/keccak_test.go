package keccak_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Known answers: the Keccak team's ShortMsgKAT_256 (empty message) and the values that Ethereum's protocol fixes.
var known = []struct{ message, digest string }{
	{"", "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
	{"\x80", "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"},
	{"\xc0", "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"},
	{"abc", "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"},
	{"Transfer(address,address,uint256)", "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"},
}

func TestKeccakGivesKnownAnswers(t *testing.T) {
	for _, vector := range known {
		if got := keccak.Keccak256([]byte(vector.message)).String(); got != vector.digest {
			t.Errorf("%q: got %s, want %s", vector.message, got, vector.digest)
		}
	}
}

func TestKeccakOfPartsIsKeccakOfTheirConcatenation(t *testing.T) {
	message := bytes.Repeat([]byte{1, 2, 3, 4, 5}, 100)
	want := keccak.Keccak256(message)
	for cut := 0; cut <= len(message); cut++ {
		if keccak.Keccak256(message[:cut], nil, message[cut:]) != want {
			t.Fatalf("differs when cut at %d", cut)
		}
	}
}

func TestKeccakDoesNotAllocate(t *testing.T) {
	if raceEnabled {
		t.Log("the race detector empties pools at random: nothing to measure")
		return
	}
	message := make([]byte, 64)
	var sink chain.Hash
	if n := testing.AllocsPerRun(1000, func() { sink = keccak.Keccak256(message, sink[:8]) }); n > 0 {
		t.Fatalf("%v allocations", n)
	}
}

func TestKeccakIsSafeForConcurrentUse(t *testing.T) {
	want := keccak.Keccak256([]byte("abc"))
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 200 {
				if keccak.Keccak256([]byte("a"), []byte("bc")) != want {
					t.Error("a concurrent digest differs")
				}
			}
		})
	}
	group.Wait()
}

func BenchmarkKeccak256Of64Bytes(b *testing.B) {
	message := make([]byte, 64)
	b.SetBytes(64)
	b.ReportAllocs()
	for b.Loop() {
		keccak.Keccak256(message)
	}
}
