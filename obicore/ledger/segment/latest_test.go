package segment

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// Nodes near the root stay when far more are read than are remembered, and no more is remembered
// than is allowed.
func TestWhatIsNearTheRootIsRememberedLonger(t *testing.T) {
	const most, near, reads = 8 << 20, 1000, 100_000
	l := newLatest(most, func(name string, n node) int { return len(name) + n.size() }, func(name string) int { return len(name) })
	l.forget(7)
	random := rand.New(rand.NewPCG(1, 6))
	name := func(length, n int) string {
		return string(append(make([]byte, length-8), binary.BigEndian.AppendUint64(nil, uint64(n))...))
	}
	for n := range near {
		l.put(7, name(10, n), node{value: make([]byte, 1000)})
	}
	for range reads {
		l.put(7, name(11, random.IntN(reads)), node{value: make([]byte, 500+random.IntN(500))})
	}
	bytes, kept := 0, 0
	for i := range l.parts {
		p := &l.parts[i]
		sum := 0
		for key, n := range p.entries {
			sum += l.costOf(key, n)
		}
		if sum != p.bytes || sum > most/latestParts {
			t.Fatalf("part %d: %d bytes, it counts %d and may have %d", i, sum, p.bytes, most/latestParts)
		}
		bytes += sum
	}
	for n := range near {
		if _, known := l.get(7, name(10, n)); known {
			kept++
		}
	}
	if kept != near || bytes < most*9/10 {
		t.Fatalf("%d of %d near the root are remembered, %d bytes", kept, near, bytes)
	}
}
