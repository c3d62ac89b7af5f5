package ledger_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

func randomPlace(random *rand.Rand) (place chain.Hash) {
	for i := range place {
		place[i] = byte(random.IntN(256))
	}
	return place
}

// around returns the range of some bits that a place is in.
func around(place chain.Hash, bits int) ledger.Range {
	r := ledger.Range{}
	for range bits {
		low, high := r.Halves()
		if r = low; high.Contains(place) {
			r = high
		}
	}
	return r
}

func TestTheHalvesOfARangeShareItsPlacesAndFollowEachOther(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		place := randomPlace(random)
		r := around(place, random.IntN(ledger.PlaceBits))
		low, high := r.Halves()
		if r.Check() != nil || low.Check() != nil || high.Check() != nil || !r.Contains(place) || low.Contains(place) == high.Contains(place) {
			t.Fatalf("%+v and %x", r, place)
		}
		if next, more := low.After(); !more || next != high.Prefix || low.Prefix != r.Prefix {
			t.Fatalf("%x follows the low half of %+v", next, r)
		}
		after, more := high.After()
		if whole, wholeMore := r.After(); after != whole || more != wholeMore {
			t.Fatalf("%x follows the high half of %+v, %x follows all of it", after, r, whole)
		}
	}
	if _, more := (ledger.Range{}).After(); more {
		t.Fatal("something follows all places")
	}
}

func TestAChunkSurvivesARoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 2))
	for range 500 {
		c := &ledger.Chunk{Within: around(randomPlace(random), random.IntN(ledger.PlaceBits+1)), Proof: bytes.Repeat([]byte{7}, random.IntN(90))}
		for range random.IntN(20) {
			place := randomPlace(random)
			c.Entries = append(c.Entries, chain.Write{
				Key:   chain.StateKey{Owner: chain.Address(place[:20]), Space: chain.Space(place[20] % 4), Subkey: string(place[:random.IntN(32)])},
				Value: place[:1+random.IntN(31)],
			})
		}
		encoded := c.Encode()
		again, err := ledger.DecodeChunk(encoded)
		if err != nil || !bytes.Equal(again.Encode(), encoded) {
			t.Fatalf("%+v: %v", c, err)
		}
	}
}

func FuzzDecodeChunk(f *testing.F) {
	f.Add((&ledger.Chunk{}).Encode())
	f.Add((&ledger.Chunk{
		Within: ledger.Range{Prefix: chain.Hash{0x80}, Bits: 1}, Proof: []byte{1},
		Entries: []chain.Write{{Key: chain.AccountKey(chain.Address{1}), Value: []byte{2}}},
	}).Encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		if c, err := ledger.DecodeChunk(b); err == nil && !bytes.Equal(c.Encode(), b) {
			t.Fatalf("%x is read as %+v", b, c)
		}
	})
}
