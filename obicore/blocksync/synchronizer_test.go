package blocksync_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
)

// behaviour is how a simulated peer answers.
type behaviour int

const (
	honest behaviour = iota
	silent
	lying   // its blocks do not verify
	empty   // claims a height and has nothing
	leaving // goes instead of answering, and is back at once
)

// simulate drives one synchronizer against seeded peers in steps of virtual time and
// returns how long it took to reach the honest height.
func simulate(t *testing.T, seed uint64, grace bool) time.Duration {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 9))
	limits := blocksync.DefaultLimits()
	s := blocksync.New(limits, 0)
	s.SetEager(!grace)
	start := time.Unix(1_000_000, 0)
	now, tip, height := start, uint64(0), uint64(500+random.IntN(2000))
	peers, claims := make(map[chain.NodeID]behaviour), make(map[chain.NodeID]uint64)
	for n := range 2 + random.IntN(6) {
		id := chain.NodeID{byte(n + 1)}
		peers[id] = behaviour(random.IntN(5))
		if n == 0 {
			peers[id] = honest
		}
		claim := height
		if peers[id] != honest {
			claim += uint64(random.IntN(1000))
		}
		claims[id] = claim
		s.Heard(id, claim)
	}
	reconnect := func(id chain.NodeID) {
		s.Gone(id, now)
		s.Heard(id, claims[id])
	}
	type answer struct {
		at     time.Time
		effect blocksync.Effect
	}
	var coming []answer
	for tip < height {
		if now.Sub(start) > 10*time.Minute {
			t.Fatalf("seed %d: at %d of %d after %s", seed, tip, height, now.Sub(start))
		}
		effect, wake := s.Step(now)
		if effect != nil {
			if effect.Request.From != tip+1 || peers[effect.Peer] > leaving {
				t.Fatalf("seed %d: asks %+v at tip %d", seed, effect, tip)
			}
			coming = append(coming, answer{now.Add(time.Duration(random.IntN(200)) * time.Millisecond), *effect})
			continue
		}
		next := wake
		for _, a := range coming {
			if peers[a.effect.Peer] != silent && (next.IsZero() || a.at.Before(next)) {
				next = a.at
			}
		}
		if next.IsZero() {
			t.Fatalf("seed %d: stuck at %d of %d", seed, tip, height)
		}
		now = next
		for i, a := range coming {
			if a.at.After(now) || peers[a.effect.Peer] == silent {
				continue
			}
			coming = append(coming[:i:i], coming[i+1:]...)
			if peers[a.effect.Peer] == leaving {
				reconnect(a.effect.Peer)
			} else if s.Answered(a.effect.Peer, a.effect.Request.From) {
				good := peers[a.effect.Peer] == honest
				if good {
					tip = min(height, tip+1+uint64(random.IntN(int(limits.Blocks))))
				}
				if !good && seed%3 == 0 {
					reconnect(a.effect.Peer) // before it is judged
				}
				s.Applied(tip, good, now)
				if !good && seed%3 == 1 {
					reconnect(a.effect.Peer)
				}
			}
			break
		}
	}
	return now.Sub(start)
}

func TestANodeCatchesUpWhateverTheOthersDoWhileOnePeerIsHonest(t *testing.T) {
	for seed := range uint64(2000) {
		simulate(t, seed, seed%2 == 0)
	}
}

func TestASeedReplaysToTheSameEnd(t *testing.T) {
	for seed := range uint64(50) {
		if a, b := simulate(t, seed, true), simulate(t, seed, true); a != b {
			t.Fatalf("seed %d: %s and %s", seed, a, b)
		}
	}
}

func TestANodeThatTakesPartAsksOnlyAfterItsGrace(t *testing.T) {
	limits := blocksync.DefaultLimits()
	s := blocksync.New(limits, 10)
	now := time.Unix(5, 0)
	s.Heard(chain.NodeID{1}, 11)
	if effect, wake := s.Step(now); effect != nil || wake != now.Add(limits.Grace) {
		t.Fatalf("asks %v, wakes at %s", effect, wake)
	}
	s.Tip(11)
	s.Heard(chain.NodeID{1}, 12)
	now = now.Add(limits.Grace)
	if effect, _ := s.Step(now); effect != nil {
		t.Fatal("a new block is asked for although the node itself goes on")
	}
	if effect, _ := s.Step(now.Add(limits.Grace)); effect == nil || effect.Request.From != 12 {
		t.Fatalf("asks %v", effect)
	}
}

func TestTheHeightThatEnoughPeersHaveIgnoresALiarAndWhoIsNotCounted(t *testing.T) {
	s := blocksync.New(blocksync.DefaultLimits(), 0)
	for n, height := range []uint64{5, 7, 1 << 60, math.MaxUint64, math.MaxUint64} {
		s.Heard(chain.NodeID{byte(n)}, height)
	}
	voter := func(id chain.NodeID) bool { return id[0] < 3 }
	for count, want := range []uint64{0, 1 << 60, 7, 5, 0} {
		if height, known := s.Best(count, voter); height != want || known != (want > 0) {
			t.Errorf("%d have %d, %v; want %d", count, height, known, want)
		}
	}
}

func TestMessagesReadBack(t *testing.T) {
	for _, m := range []interface{ Encode() []byte }{
		&blocksync.Status{Height: 7, Hash: chain.Hash{1}}, &blocksync.Request{From: 3, Blocks: 5, Bytes: 9},
		&blocksync.Answer{From: 3}, &blocksync.Answer{From: 3, Blocks: []blocksync.Block{{Header: []byte{1}, Body: []byte{2, 3}, Proof: nil}}},
	} {
		back, err := blocksync.Decode(m.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if again := back.(interface{ Encode() []byte }).Encode(); !bytes.Equal(again, m.Encode()) {
			t.Fatalf("%x, want %x", again, m.Encode())
		}
	}
	if _, err := blocksync.Decode([]byte{0xc1, 0x09}); !errors.Is(err, blocksync.ErrKind) {
		t.Fatal(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add((&blocksync.Status{Height: 7}).Encode())
	f.Add((&blocksync.Request{From: 1, Blocks: 2, Bytes: 3}).Encode())
	f.Add((&blocksync.Evidence{Item: []byte{1, 2, 3}}).Encode())
	f.Add((&blocksync.Answer{From: 3, Blocks: []blocksync.Block{{Header: []byte{1}, Body: []byte{2, 3}}}}).Encode())
	f.Fuzz(func(t *testing.T, message []byte) {
		m, err := blocksync.Decode(message)
		if err == nil && !bytes.Equal(m.(interface{ Encode() []byte }).Encode(), message) {
			t.Fatalf("%x decodes and encodes to something else", message)
		}
	})
}
