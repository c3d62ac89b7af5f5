package dissemination_test

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

func id(n int) (h chain.Hash) {
	h[0], h[1], h[2] = byte(n>>16), byte(n>>8), byte(n)
	return h
}

func raw(n int) []byte { h := id(n); return bytes.Repeat(h[:3], 40) }

// count counts how often each transaction is in the batches of a step.
func count(into map[string]int) func(fresh, again [][]chain.Verified) {
	return func(fresh, again [][]chain.Verified) {
		for _, batch := range append(fresh, again...) {
			for _, t := range batch {
				into[string(t.Raw)]++
			}
		}
	}
}

// transaction is one of a number.
func transaction(n int) chain.Verified {
	return chain.Verified{Transaction: &chain.Transaction{ID: id(n), Raw: raw(n)}}
}

func TestATransactionIsSentOnceWhenItIsOrderedInTime(t *testing.T) {
	o := dissemination.New(dissemination.DefaultLimits())
	now := time.Unix(0, 0)
	sent := make(map[string]int)
	for n := range 10_000 {
		o.Add(transaction(n), now)
		o.Add(transaction(n), now)
		if n%7 == 0 {
			now = now.Add(time.Millisecond)
		}
		count(sent)(o.Step(now, func(chain.Hash) bool { return true }))
		if n >= 500 {
			o.Done([]chain.Hash{id(n - 500)})
		}
	}
	count(sent)(o.Step(now.Add(10*time.Millisecond), func(chain.Hash) bool { return true }))
	for n := range 10_000 {
		if sent[string(raw(n))] != 1 {
			t.Fatalf("transaction %d is sent %d times", n, sent[string(raw(n))])
		}
	}
}

func TestWhatIsNotOrderedIsSentAgainWithGrowingPausesUntilItIsGone(t *testing.T) {
	limits := dissemination.DefaultLimits()
	o := dissemination.New(limits)
	start := time.Unix(0, 0)
	o.Add(transaction(1), start)
	var times []time.Duration
	for now := start; now.Sub(start) < time.Minute; now = o.Wake() {
		fresh, again := o.Step(now, func(chain.Hash) bool { return true })
		for range append(fresh, again...) {
			times = append(times, now.Sub(start))
		}
	}
	if len(times) < 5 || len(times) > 8 || times[0] != limits.Linger {
		t.Fatalf("sent at %v", times)
	}
	for i := 2; i < len(times); i++ {
		if times[i]-times[i-1] < times[i-1]-times[i-2] || times[i]-times[i-1] > limits.LastPause {
			t.Fatalf("pauses do not grow up to the last: %v", times)
		}
	}
	fresh, again := o.Step(o.Wake(), func(chain.Hash) bool { return false })
	if fresh != nil || again != nil || !o.Wake().IsZero() {
		t.Fatal("a dropped transaction is still sent")
	}
}

func TestWhatAPeerGaveIsSentOnlyWhenItStillWaitsAfterALongPause(t *testing.T) {
	limits := dissemination.DefaultLimits()
	o := dissemination.New(limits)
	start := time.Unix(0, 0)
	o.Adopt(transaction(1), start)
	o.Adopt(transaction(2), start)
	o.Done([]chain.Hash{id(1)})
	if fresh, again := o.Step(start.Add(limits.Adoption-1), func(chain.Hash) bool { return true }); fresh != nil || again != nil {
		t.Fatal("it is passed on at once")
	}
	sent := make(map[string]int)
	count(sent)(o.Step(start.Add(limits.Adoption), func(chain.Hash) bool { return true }))
	if len(sent) != 1 || sent[string(raw(2))] != 1 {
		t.Fatalf("%d are sent", len(sent))
	}
}

func TestBatchesKeepTheirLimitAndTheOutboxItsOwn(t *testing.T) {
	limits := dissemination.DefaultLimits()
	limits.Batch, limits.Kept = 1000, 50
	o := dissemination.New(limits)
	now := time.Unix(0, 0)
	for n := range 500 {
		o.Add(transaction(n), now)
	}
	sent := make(map[string]int)
	fresh, resent := o.Step(now.Add(limits.Linger), func(chain.Hash) bool { return true })
	count(sent)(fresh, resent)
	for _, batch := range fresh {
		size := 0
		for _, t := range batch {
			size += len(t.Raw)
		}
		if size > limits.Batch {
			t.Fatalf("batch of %d bytes", size)
		}
	}
	again := make(map[string]int)
	count(again)(o.Step(now.Add(limits.Linger+limits.FirstPause), func(chain.Hash) bool { return true }))
	if len(sent) != 500 || len(again) != limits.Kept {
		t.Fatalf("%d sent, %d sent again", len(sent), len(again))
	}
}

func TestMessagesReadBackAndMalformedOnesAreRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		var batch [][]byte
		for range random.IntN(50) {
			batch = append(batch, raw(1+random.IntN(1<<20)))
		}
		message := dissemination.Encode(batch)
		back, err := dissemination.Decode(message)
		if err != nil || len(back) != len(batch) {
			t.Fatal(err)
		}
		for i := range batch {
			if !bytes.Equal(batch[i], back[i]) {
				t.Fatal("another transaction")
			}
		}
		if _, err := dissemination.Decode(append(message, 0)); err == nil {
			t.Fatal("trailing bytes are accepted")
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(dissemination.Encode([][]byte{{1}, {2, 3}}))
	f.Add([]byte{0xc1, 0x80})
	f.Fuzz(func(t *testing.T, message []byte) {
		batch, err := dissemination.Decode(message)
		if err == nil && !bytes.Equal(dissemination.Encode(batch), message) {
			t.Fatalf("%x decodes and encodes to something else", message)
		}
	})
}

func TestWhatIsSentAgainIsBoundedInTime(t *testing.T) {
	limits := dissemination.DefaultLimits()
	limits.Again = 10
	o, now := dissemination.New(limits), time.Unix(0, 0)
	for n := range 100 {
		o.Add(transaction(n), now)
	}
	always := func(chain.Hash) bool { return true }
	now = o.Wake()
	o.Step(now, always)
	sent := 0
	for end := now.Add(5 * limits.FirstPause); now.Before(end); {
		at := o.Wake()
		if !at.After(now) {
			t.Fatalf("it wants to be woken at %s, it is %s", at, now)
		}
		now = at
		_, again := o.Step(now, always)
		for _, batch := range again {
			sent += len(batch)
		}
	}
	if sent < 40 || sent > 60 {
		t.Errorf("%d transactions are sent again in 5 pauses, want 10 in each", sent)
	}
}
