package rowcache_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/ledger/segment/rowcache"
)

// Whatever is set, replaced and deleted, a row is found as it was last set or not at all, and
// the bound holds. Rows of all lengths come and go, and more of them than there is room for.
func TestARowIsFoundAsItWasLastSetOrNotAtAll(t *testing.T) {
	for _, most := range []int{0, 5_000, 70_000, 200_000, 2 << 20} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			memory := rowcache.NewMemory(most)
			defer memory.Close()
			model := newModel(t, memory, uint64(most))
			for range 60_000 {
				model.step()
			}
			model.checkAll()
			if most >= 70_000 && model.hits == 0 {
				t.Fatal("nothing was ever found")
			}
			model.cache.Clear()
			if used := memory.Used(); used != 0 || model.cache.Len() != 0 {
				t.Fatalf("%d bytes are in use after everything was forgotten", used)
			}
		})
	}
}

// model is a cache beside a map that forgets nothing.
type model struct {
	*testing.T
	memory *rowcache.Memory
	most   int
	cache  *rowcache.Cache
	want   map[string][]byte
	random *rand.Rand
	hits   int
}

func newModel(t *testing.T, memory *rowcache.Memory, most uint64) *model {
	return &model{T: t, memory: memory, most: int(most), cache: rowcache.New(memory), want: make(map[string][]byte), random: rand.New(rand.NewPCG(4, most))}
}

func (m *model) step() {
	key := binary.BigEndian.AppendUint32(nil, uint32(m.random.IntN(4000)))
	key = append(key, make([]byte, key[3]%32)...)
	switch m.random.IntN(8) {
	case 0:
		m.cache.Delete(key)
		delete(m.want, string(key))
	case 1, 2, 3:
		value := bytes.Repeat([]byte{byte(m.random.Uint32())}, m.length())
		m.cache.Set(key, value)
		m.want[string(key)] = value
	default:
		m.check(key)
	}
	if used := m.memory.Used(); used > m.most {
		m.Fatalf("%d bytes are in use, %d are allowed", used, m.most)
	}
}

func (m *model) length() int {
	switch m.random.IntN(50) {
	case 0:
		return m.random.IntN(rowcache.MaxRow + 100)
	case 1, 2, 3:
		return 0
	}
	return m.random.IntN(100)
}

func (m *model) check(key []byte) {
	value, found := m.cache.Get([]byte("before"), key)
	if found != m.cache.Has(key) {
		m.Fatalf("%x: found is %t, has is not", key, found)
	}
	want, known := m.want[string(key)]
	switch {
	case !found && string(value) != "before":
		m.Fatalf("%x: nothing was found, and %x returned", key, value)
	case found && (!known || !bytes.Equal(value, append([]byte("before"), want...))):
		m.Fatalf("%x: %x was found, %x was set (%t)", key, value, want, known)
	case found:
		m.hits++
	}
}

func (m *model) checkAll() {
	held := 0
	for key := range m.want {
		m.check([]byte(key))
		if m.cache.Has([]byte(key)) {
			held++
		}
	}
	if held != m.cache.Len() {
		m.Fatalf("%d rows are found, %d are counted", held, m.cache.Len())
	}
}

// Nothing is forgotten while there is room, and four fifths of it at least is rows.
func TestNothingIsForgottenWhileThereIsRoom(t *testing.T) {
	const most, length = 8 << 20, 100
	memory := rowcache.NewMemory(most)
	defer memory.Close()
	cache := rowcache.New(memory)
	count := most * 4 / 5 / (length + 16)
	for round := range 3 {
		for n := range count {
			cache.Set(numbered(n), bytes.Repeat([]byte{byte(n + round)}, length))
		}
		for n := range count {
			if value, found := cache.Get(nil, numbered(n)); !found || value[length-1] != byte(n+round) {
				t.Fatalf("round %d: row %d of %d: %x", round, n, count, value)
			}
		}
	}
}

func numbered(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }

// What is offered is remembered while there is room, and nothing has to go for it.
func TestWhatIsOfferedTakesNoPlaceOfOthers(t *testing.T) {
	memory := rowcache.NewMemory(1 << 20)
	defer memory.Close()
	cache := rowcache.New(memory)
	offered := 0
	for cache.Offer(numbered(offered), make([]byte, 100)) {
		offered++
	}
	if cache.Len() != offered || offered < 1<<20*3/4/(100+12) {
		t.Fatalf("%d rows, %d were offered", cache.Len(), offered)
	}
	for n := range offered {
		if !cache.Has(numbered(n)) {
			t.Fatalf("row %d of %d has gone", n, offered)
		}
	}
	cache.Set(numbered(0), []byte("another value"))
	if !cache.Offer(numbered(0), []byte("offered")) {
		t.Fatal("there is no room for a key that is known")
	}
	if value, found := cache.Get(nil, numbered(0)); !found || string(value) != "another value" {
		t.Fatalf("%q, after it was offered only", value)
	}
}

// Of rows that are more than there is room for, those that are asked for stay.
func TestWhatIsAskedForStays(t *testing.T) {
	memory := rowcache.NewMemory(2 << 20)
	defer memory.Close()
	cache := rowcache.New(memory)
	const asked = 1000
	value := make([]byte, 100)
	stayed := 0
	for n := range 200_000 {
		cache.Set(numbered(n+asked), value)
		if again := n % asked; !cache.Has(numbered(again)) {
			cache.Set(numbered(again), value)
		} else if cache.Get(nil, numbered(again)); n > asked {
			stayed++
		}
	}
	if stayed < 190_000 {
		t.Fatalf("%d times of 199,000 a row that was asked for was still there", stayed)
	}
}

// Readers side by side see whole rows.
func TestReadersSideBySideSeeWholeRows(t *testing.T) {
	memory := rowcache.NewMemory(1 << 20)
	defer memory.Close()
	cache := rowcache.New(memory)
	const rows = 1000
	for n := range rows {
		cache.Set(numbered(n), bytes.Repeat([]byte{byte(n)}, 200))
	}
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for n := range rows {
				value, found := cache.Get(nil, numbered(n))
				if !found || !bytes.Equal(value, bytes.Repeat([]byte{byte(n)}, 200)) {
					t.Errorf("row %d: %x", n, value)
				}
			}
		})
	}
	readers.Wait()
}

// Caches that share a memory leave each other what they have.
func TestCachesShareAMemory(t *testing.T) {
	memory := rowcache.NewMemory(256 << 10)
	defer memory.Close()
	first, second := rowcache.New(memory), rowcache.New(memory)
	for n := range 100_000 {
		first.Set(numbered(n), make([]byte, 100))
	}
	second.Set(numbered(1), make([]byte, 100)) // the index takes no more than what is left
	if first.Len() == 0 || memory.Used() > 256<<10 {
		t.Fatalf("%d rows, %d bytes", first.Len(), memory.Used())
	}
	first.Clear()
	for n := range 1000 {
		second.Set(numbered(n), numbered(n))
	}
	for n := range 1000 {
		if value, found := second.Get(nil, numbered(n)); !found || !bytes.Equal(value, numbered(n)) {
			t.Fatalf("row %d: %x", n, value)
		}
	}
}

// A memory that is closed has no room, and nobody is harmed who asks.
func TestAClosedMemoryHasNoRoom(t *testing.T) {
	memory := rowcache.NewMemory(1 << 20)
	cache := rowcache.New(memory)
	cache.Set([]byte("key"), []byte("value"))
	cache.Clear()
	memory.Close()
	cache.Set([]byte("key"), []byte("value"))
	if _, found := cache.Get(nil, []byte("key")); found || cache.Len() != 0 {
		t.Fatal("a closed memory remembers")
	}
}

func BenchmarkAmongAMillion(b *testing.B) {
	memory := rowcache.NewMemory(1 << 30)
	defer memory.Close()
	cache := rowcache.New(memory)
	value := make([]byte, 900)
	const rows = 1_000_000
	for n := range rows {
		cache.Set(numbered(n), value)
	}
	random := rand.New(rand.NewPCG(1, 1))
	b.Run("Get", func(b *testing.B) {
		for b.Loop() {
			value, _ = cache.Get(value[:0], numbered(random.IntN(rows)))
		}
	})
	b.Run("Set", func(b *testing.B) {
		for b.Loop() {
			cache.Set(numbered(random.IntN(rows)), value)
		}
	})
}
