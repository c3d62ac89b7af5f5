package segment

import (
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// Nodes near the root stay when far more are read than are remembered, and no more is remembered
// than is allowed.
func TestWhatIsNearTheRootIsRememberedLonger(t *testing.T) {
	const most, near, reads = 8 << 20, 1000, 100_000
	l := newLatest(most, 0, newLatestNodes().form)
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

// What is remembered, on the heap or in rows, is what the state with that mark holds, while
// far more is read and changed than there is a place for.
func TestWhatIsRememberedIsWhatTheStateHolds(t *testing.T) {
	l := newLatest(1<<20, 8<<20, newLatestNodes().form)
	defer l.close()
	random := rand.New(rand.NewPCG(2, 7))
	state := make(map[string]node)
	name := func() string { return string(binary.BigEndian.AppendUint16(nil, uint16(random.IntN(30_000)))) }
	some := func() node {
		if random.IntN(10) == 0 {
			return node{}
		}
		return node{value: slices.Repeat([]byte{byte(random.Uint32())}, 1+random.IntN(600)), behind: random.IntN(300)}
	}
	mark, rows := uint64(1), 0
	l.forget(mark)
	for range 200 {
		changes := make(map[string]node)
		for range 200 {
			changes[name()] = some()
		}
		maps.Copy(state, changes)
		names := slices.Collect(maps.Keys(changes))
		mark++
		l.advance(mark, len(names), func(n int) (string, node) { return names[n], changes[names[n]] })
		for range 500 {
			name := name()
			l.put(mark-1, name, some()) // of a state that is past
			found, known := l.get(mark, name)
			if !known {
				l.put(mark, name, state[name])
			} else if want := state[name]; string(found.value) != string(want.value) || found.behind != want.behind || (found.value == nil) != (want.value == nil) {
				t.Fatalf("%x: %x, %d behind, is remembered; the state holds %x, %d", name, found.value, found.behind, want.value, want.behind)
			}
			if _, known := l.get(mark-1, name); known {
				t.Fatal("a state that is past is remembered")
			}
		}
	}
	for i := range l.parts {
		p := &l.parts[i]
		rows += p.rows.Len()
		for key := range p.entries {
			if p.rows.Has([]byte(key)) {
				t.Fatalf("%x stands on the heap and in rows", key)
			}
		}
	}
	if rows < 1000 {
		t.Fatalf("%d rows", rows)
	}
}
