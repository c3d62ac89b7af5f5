package node_test

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func idOf(n uint64) chain.Hash { return sha256.Sum256(binary.BigEndian.AppendUint64(nil, n)) }

func TestNoIDOfTheWindowIsCalledAbsentAndMostOthersAre(t *testing.T) {
	seeds := uint64(8)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		random := rand.New(rand.NewPCG(seed, 1))
		window, opened := 1+random.Uint64N(40), random.Uint64N(100)
		r := node.NewRecentIDs(window, opened)
		in := map[uint64][]uint64{} // ids by height
		next, asked, absent := uint64(0), 0, 0
		for height := opened + 1; height < opened+5*window+10; height++ {
			for from := max(window, height) - window; from < height; from++ {
				for _, n := range in[from] {
					if node.RecentlyAbsent(r, idOf(n), height) {
						t.Fatalf("seed %d: id %d of block %d is called absent below %d, window %d", seed, n, from, height, window)
					}
				}
			}
			for range 20 {
				known := node.RecentlyAbsent(r, idOf(1<<40+random.Uint64()), height)
				switch {
				case opened > 0 && height <= opened+window:
					if known {
						t.Fatalf("seed %d: an id is called absent below %d though blocks are known from %d only", seed, height, opened+1)
					}
				default:
					if asked++; known {
						absent++
					}
				}
			}
			var ids []chain.Hash
			for range random.IntN(2000) {
				in[height] = append(in[height], next)
				ids = append(ids, idOf(next))
				next++
			}
			node.AddRecentIDs(r, height, ids)
			if random.IntN(10) == 0 { // a development chain goes back
				height -= min(random.Uint64N(3), height-opened-1)
			}
		}
		if absent*50 < asked*49 {
			t.Errorf("seed %d: only %d of %d strangers are called absent", seed, absent, asked)
		}
	}
}

// TestWhatIsTooMuchToRememberIsAskedOfTheLedger fills a window beyond the bounds.
func TestWhatIsTooMuchToRememberIsAskedOfTheLedger(t *testing.T) {
	const window = 4
	r := node.NewRecentIDs(window, 0)
	ids := make([]chain.Hash, 1<<20)
	for i := range ids {
		ids[i] = idOf(uint64(i))
	}
	stranger := idOf(1 << 50)
	height := uint64(1)
	for ; height <= window; height++ {
		node.AddRecentIDs(r, height, ids[:1])
	}
	if !node.RecentlyAbsent(r, stranger, height) {
		t.Fatal("a stranger is not called absent after a window of blocks")
	}
	for range 20 {
		node.AddRecentIDs(r, height, ids)
	}
	if node.RecentlyAbsent(r, stranger, height+1) {
		t.Error("a window of which something is forgotten is believed")
	}
	for range window {
		height++
		node.AddRecentIDs(r, height, ids[:1])
	}
	if !node.RecentlyAbsent(r, stranger, height+1) || node.RecentlyAbsent(r, ids[0], height+1) {
		t.Error("it has not begun anew")
	}
}

func BenchmarkRecentlyAbsent(b *testing.B) {
	const window, perBlock = 1024, 4000
	r := node.NewRecentIDs(window, 0)
	for height := uint64(1); height <= window; height++ {
		ids := make([]chain.Hash, perBlock)
		for i := range ids {
			ids[i] = idOf(height*perBlock + uint64(i))
		}
		node.AddRecentIDs(r, height, ids)
	}
	stranger := idOf(1 << 50)
	for b.Loop() {
		stranger[0]++
		node.RecentlyAbsent(r, stranger, window+1)
	}
}
