package inbox

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
)

// said is the n-th frame of a sender.
type said struct{ from, n, size int }

// model is what an inbox is to do, written down without care for speed.
type model struct {
	limit  Limit
	queues map[int][]said
	turns  []int
}

func (m *model) put(f said) bool {
	bytes := 0
	for _, w := range m.queues[f.from] {
		bytes += w.size
	}
	if n := len(m.queues[f.from]); n > 0 && (n >= m.limit.Frames || bytes+f.size > m.limit.Bytes) {
		return false
	}
	if m.queues[f.from] = append(m.queues[f.from], f); len(m.queues[f.from]) == 1 {
		m.turns = append(m.turns, f.from)
	}
	return true
}

func (m *model) take() (f said, ok bool) {
	if len(m.turns) == 0 {
		return f, false
	}
	from := m.turns[0]
	m.turns = m.turns[1:]
	f, m.queues[from] = m.queues[from][0], m.queues[from][1:]
	if len(m.queues[from]) > 0 {
		m.turns = append(m.turns, from)
	}
	return f, true
}

func TestEachSendersFramesStayInOrderAndWithinItsShareAndAllHaveTheirTurns(t *testing.T) {
	for seed := range uint64(200) {
		random := rand.New(rand.NewPCG(seed, 1))
		senders := 1 + random.IntN(6)
		whole, least := Limit{Frames: 60, Bytes: 2000}, Limit{Frames: 1 + random.IntN(12), Bytes: 100}
		b, m := New[int, said](whole, least), &model{Share(whole, least, senders), make(map[int][]said), nil}
		b.Seat(numbers(senders))
		count := make([]int, senders)
		for step := range 2000 {
			if random.IntN(5) < 3 {
				f := said{from: random.IntN(senders), size: random.IntN(200)}
				f.n = count[f.from]
				count[f.from]++
				if have, want := b.Put(f.from, f, f.size), m.put(f); have != want {
					t.Fatalf("seed %d, step %d: %+v has room: %t, want %t", seed, step, f, have, want)
				}
				continue
			}
			f, ok := b.Take()
			if want, some := m.take(); f != want || ok != some {
				t.Fatalf("seed %d, step %d: %+v (%t) is taken, want %+v (%t)", seed, step, f, ok, want, some)
			}
		}
		for _, f := range b.Drain() {
			if want, ok := m.take(); !ok || f != want {
				t.Fatalf("seed %d: %+v is drained, want %+v", seed, f, want)
			}
		}
		if _, some := m.take(); some {
			t.Errorf("seed %d: something is left", seed)
		}
	}
}

func numbers(n int) (all []int) {
	for i := range n {
		all = append(all, i)
	}
	return all
}

func TestWhoSendsWithoutEndNeitherDropsNorDelaysWhatOthersSend(t *testing.T) {
	b := New[int, said](Limit{Frames: 400, Bytes: 4000}, Limit{Frames: 10, Bytes: 100})
	b.Seat(numbers(4))
	for n := 0; b.Put(3, said{from: 3, n: n}, 1); n++ {
	}
	for round := range 1000 {
		for from := range 3 {
			if !b.Put(from, said{from: from, n: round}, 1) {
				t.Fatalf("round %d: there is no room for node %d", round, from)
			}
		}
		heard := 0
		for range 4 { // one of each
			if f, _ := b.Take(); f.from != 3 {
				if heard++; f.n != round {
					t.Fatalf("round %d: frame %d of node %d is taken", round, f.n, f.from)
				}
			}
		}
		if heard != 3 {
			t.Fatalf("round %d: %d of three are heard", round, heard)
		}
		b.Put(3, said{from: 3}, 1)
	}
}

func TestOneFrameAlwaysFitsAndWhoHasNoPlaceHasNoRoom(t *testing.T) {
	b := New[int, said](Limit{Frames: 4, Bytes: 40}, Limit{Frames: 1, Bytes: 1})
	if b.Put(0, said{}, 1) {
		t.Error("there is room before anybody has a place")
	}
	b.Seat(numbers(2))
	if want := (Limit{Frames: 2, Bytes: 20}); b.Limit() != want {
		t.Errorf("each of two may have %+v", b.Limit())
	}
	if !b.Put(0, said{}, 1000) || b.Put(0, said{}, 1) || b.Put(2, said{}, 1) || !b.Put(1, said{from: 1}, 20) {
		t.Error("a large frame, one behind it, one of a stranger, one of another sender")
	}
	b.Seat([]int{1, 2})
	if all := b.Drain(); len(all) != 1 || all[0].from != 1 {
		t.Errorf("after the first sender has left: %+v", all)
	}
	b.Seat([]int{0, 1})
	if !b.Put(0, said{n: 7}, 1) {
		t.Error("there is no room for one who has come back")
	}
	if f, _ := b.Take(); f.n != 7 {
		t.Errorf("%+v is left of before", f)
	}
}

func TestWhatComesIsAnnouncedOnce(t *testing.T) {
	b := New[int, said](Limit{Frames: 10, Bytes: 10}, Limit{})
	b.Seat(numbers(1))
	b.Put(0, said{}, 1)
	b.Put(0, said{}, 1)
	<-b.Ready()
	select {
	case <-b.Ready():
		t.Error("it is announced twice")
	default:
	}
}

func TestOneRemarkASecondIsMadeAboutEachSender(t *testing.T) {
	var r Remarks[int]
	begin := time.UnixMilli(1_700_000_000_000)
	for n, c := range []struct {
		sender int
		after  time.Duration
		count  int
	}{
		{1, 0, 1}, {1, 10, 0}, {2, 20, 1}, {1, 999, 0}, {1, 1000, 3}, {1, 1500, 0}, {2, 1600, 1}, {1, 500, 2}, // the last after the clock was set back
	} {
		count, due := r.Due(c.sender, begin.Add(c.after*time.Millisecond))
		if count != c.count || due != (c.count > 0) {
			t.Errorf("remark %d: %d (%t), want %d", n, count, due, c.count)
		}
	}
	r.Forget()
	if count, due := r.Due(1, begin); count != 1 || !due {
		t.Error("after all is forgotten:", count, due)
	}
}

func ExampleInbox() {
	b := New[string, string](Limit{Frames: 100, Bytes: 1000}, Limit{Frames: 10, Bytes: 100})
	b.Seat([]string{"loud", "quiet"})
	for n := range 3 {
		b.Put("loud", fmt.Sprint("loud ", n), 6)
	}
	b.Put("quiet", "quiet 0", 7)
	for _, f := range b.Drain() {
		fmt.Println(f)
	}
	// Output:
	// loud 0
	// quiet 0
	// loud 1
	// loud 2
}
