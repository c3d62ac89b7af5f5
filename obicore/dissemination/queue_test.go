package dissemination_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// waiting is what a model knows of an adopted transaction.
type waiting struct {
	n          int
	due, pause time.Duration
}

// What is due first is sent first, however the pauses of what waits differ, and no more of it
// than may be sent in a pause.
func TestWhatIsDueFirstIsSentAgainFirst(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		limits := dissemination.DefaultLimits()
		limits.Again = 1 + random.IntN(20)
		o, began := dissemination.New(limits), time.Unix(0, 0)
		now, round, spent, count := time.Duration(0), time.Duration(-1<<40), 0, 0
		var model []waiting
		for range 3_000 {
			now += time.Duration(random.IntN(300)) * time.Millisecond
			for range random.IntN(4) {
				o.Adopt(transaction(count), began.Add(now))
				model = append(model, waiting{count, now + limits.Adoption, limits.Adoption})
				count++
			}
			for range random.IntN(3) {
				if len(model) > 0 {
					i := random.IntN(len(model))
					o.Done([]chain.Hash{id(model[i].n)})
					model = slices.Delete(model, i, i+1)
				}
			}
			if now-round >= limits.FirstPause {
				round, spent = now, 0
			}
			var sent []time.Duration
			_, again := o.Step(began.Add(now), func(chain.Hash) bool { return true })
			for _, batch := range again {
				for _, tx := range batch {
					i := slices.IndexFunc(model, func(w waiting) bool { return id(w.n) == tx.ID })
					if i < 0 || model[i].due > now {
						t.Fatalf("seed %d: transaction %s is sent at %s, though it is done or not due", seed, tx.ID, now)
					}
					sent = append(sent, model[i].due)
					model[i].pause = min(max(2*model[i].pause, limits.FirstPause), limits.LastPause)
					model[i].due = now + model[i].pause
				}
			}
			spent += len(sent)
			left := slices.DeleteFunc(slices.Clone(model), func(w waiting) bool { return w.due > now })
			switch {
			case !slices.IsSorted(sent) || spent > limits.Again:
				t.Fatalf("seed %d: %d of %d are sent, due at %s", seed, spent, limits.Again, sent)
			case spent < limits.Again && len(left) > 0:
				t.Fatalf("seed %d: %d are due at %s and not sent, %d of %d are", seed, len(left), now, spent, limits.Again)
			case len(sent) > 0 && slices.ContainsFunc(left, func(w waiting) bool { return w.due < sent[len(sent)-1] }):
				t.Fatalf("seed %d: something due before %s still waits", seed, sent[len(sent)-1])
			}
		}
	}
}
