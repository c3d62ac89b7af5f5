package segment

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// changed returns a value with a few of its bytes changed.
func changed(random *rand.Rand, value []byte) []byte {
	next := bytes.Clone(value)
	for range 1 + random.IntN(3) {
		from := random.IntN(len(next))
		for i := from; i < min(len(next), from+random.IntN(40)); i++ {
			next[i] = byte(random.IntN(256))
		}
	}
	return next
}

// resized returns a value of hashes with some of them changed, dropped or added.
func resized(random *rand.Rand, value []byte) []byte {
	next := changed(random, value[:len(value)%32])
	for rest := value[len(value)%32:]; len(rest) > 0; rest = rest[32:] {
		switch random.IntN(12) {
		case 0:
		case 1:
			next = append(next, bytesOf(random, 32)...)
		case 2:
			next = append(append(next, bytesOf(random, 32*random.IntN(4))...), rest[:32]...)
		default:
			next = append(next, rest[:32]...)
		}
	}
	return next
}

func bytesOf(random *rand.Rand, length int) []byte {
	b := make([]byte, length)
	for i := range b {
		b[i] = byte(random.IntN(256))
	}
	return b
}

func TestAPatchLeadsFromOneValueToTheOtherAndNowhereElse(t *testing.T) {
	for name, change := range map[string]func(*rand.Rand, []byte) []byte{"same length": changed, "other length": resized} {
		t.Run(name, func(t *testing.T) {
			random, whole := rand.New(rand.NewPCG(1, 5)), 0
			for range 20000 {
				a := bytesOf(random, 4+32*(1+random.IntN(20)))
				b := change(random, a)
				list := edits(nil, a, b)
				forth, short := appendPatch(nil, b, list)
				again, shortToo := appendPatch(nil, a, back(nil, list))
				if !short || !shortToo {
					whole++
					continue
				}
				if there, err := patched(a, forth); err != nil || !bytes.Equal(there, b) || len(forth) > len(b) {
					t.Fatalf("%x leads from %x to %x, not %x: %v", forth, a, there, b, err)
				}
				if here, err := patched(b, again); err != nil || !bytes.Equal(here, a) {
					t.Fatalf("%x leads back from %x to %x, not %x: %v", again, b, here, a, err)
				}
			}
			if whole > 15000 {
				t.Fatalf("%d of 20000 have no patch", whole)
			}
		})
	}
}

// A node gains an entry: what leads back is short.
func TestWhatLeadsBackFromAnInsertionIsShort(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 5))
	old := bytesOf(random, 4+32*20)
	now := append(append(append(bytesOf(random, 4), old[4:4+32*7]...), bytesOf(random, 64)...), old[4+32*7:]...)
	if patch, short := appendPatch(nil, old, back(nil, edits(nil, old, now))); !short || len(patch) > 16 {
		t.Fatalf("a patch of %d bytes", len(patch))
	}
}

// Patches stand behind a node, one for each change, and lead to it as it is now.
func TestANodeIsWhatItsPatchesLeadTo(t *testing.T) {
	random, patches := rand.New(rand.NewPCG(2, 5)), 0
	for range 2000 {
		now := bytesOf(random, 4+32*(1+random.IntN(20)))
		record := appendSized(nil, now)
		for range 1 + random.IntN(12) {
			next := []func(*rand.Rand, []byte) []byte{changed, resized}[random.IntN(2)](random, now)
			if len(next) == 0 {
				continue
			}
			patch, short := appendPatch(nil, next, edits(nil, now, next))
			if now = next; !short {
				record = appendSized(nil, now)
				continue
			}
			record, patches = appendSized(record, patch), patches+1
		}
		kept, err := decodeNode(bytes.Clone(record))
		if err != nil || !bytes.Equal(kept.value, now) {
			t.Fatalf("%x is %x, not %x: %v", record, kept.value, now, err)
		}
		if whole, _, err := cutSized(record); err != nil || kept.behind != len(record)-len(appendSized(nil, whole)) {
			t.Fatalf("%d bytes of patches in a record of %d: %v", kept.behind, len(record), err)
		}
	}
	if patches < 5000 {
		t.Fatalf("only %d patches", patches)
	}
}
