package ledger

import (
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
)

func (b bench) stateRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "read-your-writes", Statement: "After a commit the state at its height has every value written and nothing that was removed.", Check: b.readYourWrites},
		{Name: "scan-in-order", Statement: "A scan gives the entries of one owner and space in ascending order of subkeys from the given one on, until it is told to stop.", Check: b.scanInOrder},
		{Name: "stage-is-invisible", Statement: "Staging changes nothing that can be read, and the same writes give the same root however often they are staged.", Check: b.stageIsInvisible},
		{Name: "view-is-immutable", Statement: "An open view keeps showing its height, whatever is committed later.", Check: b.viewIsImmutable},
		{Name: "commit-is-atomic", Statement: "A view that is opened while heights are committed shows one height as a whole.", Check: b.commitIsAtomic},
		{Name: "history-at-height", Statement: "The state at every height that is kept can be read as it was.", Check: b.historyAtHeight},
		{Name: "root-ignores-order", Statement: "The root depends on the entries alone: not on the order, the blocks or the detours in which they were written.", Check: b.rootIgnoresOrder},
	}
}

func (b bench) readYourWrites(t conformance.T) {
	g := b.grow(t, 20, t.TempDir())
	for range 15 {
		g.run(1)
		g.checkState(g.tip())
	}
	var removals []chain.Write
	for _, key := range g.keys() {
		removals = append(removals, chain.Write{Key: key})
	}
	g.step(removals, nil)
	g.checkState(g.tip())
}

func (b bench) scanInOrder(t conformance.T) {
	g := b.grow(t, 21, t.TempDir())
	var writes []chain.Write
	owner := chain.Address{1, 0, 0xff}
	for n := range 600 {
		key := chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: fmt.Sprintf("%x", n*7919%600)}
		writes = append(writes, chain.Write{Key: key, Value: fmt.Append(nil, n)})
	}
	for _, neighbour := range []chain.StateKey{
		chain.StorageKey(owner, chain.WordFromUint64(1)), {Owner: chain.Address{1, 1}, Space: chain.SpaceModule},
		{Owner: chain.Address{1, 0, 0xfe}, Space: chain.SpaceModule, Subkey: "other owner"},
	} {
		writes = append(writes, chain.Write{Key: neighbour, Value: []byte("neighbour")})
	}
	writes = append(writes, g.accountWrites(owner, false)...)
	g.step(chain.MergeWrites(writes), nil)
	v := g.view(1)
	defer v.Close()
	for _, from := range []string{"", "0", "1a", "2", "zzz"} {
		g.checkScan(v, g.states[1], chain.StateKey{Owner: owner, Space: chain.SpaceModule, Subkey: from})
	}
	seen := 0
	err := v.Scan(owner, chain.SpaceModule, "", func(string, []byte) bool { seen++; return seen < 5 })
	if err != nil || seen != 5 {
		t.Fatalf("a scan that was told to stop after 5 entries gave %d: %v", seen, err)
	}
}

func (b bench) stageIsInvisible(t conformance.T) {
	g := b.grow(t, 22, t.TempDir())
	g.run(5)
	writes := g.randomWrites(10)
	_, _, first := g.next(writes, nil)
	_, _, _ = g.next(g.randomWrites(10), nil)
	g.checkAll()
	decided, results, again := g.next(writes, nil)
	if first.Root() != again.Root() {
		t.Fatalf("the same writes were staged with root %s and %s", first.Root(), again.Root())
	}
	g.must(g.Append(t.Context(), decided), "append")
	g.must(g.Commit(t.Context(), results, again), "commit")
	g.note(decided, results)
	g.checkAll()
}

func (b bench) viewIsImmutable(t conformance.T) {
	g := b.grow(t, 23, t.TempDir(), withWindow(3))
	for range 3 {
		g.run(4)
		at := g.tip()
		v := g.view(at)
		g.checkView(v, at)
		g.run(12) // beyond the window
		g.checkView(v, at)
		if err := v.Close(); err != nil {
			t.Fatalf("close a view: %v", err)
		}
	}
}

// commitIsAtomic writes the height under many keys at once.
func (b bench) commitIsAtomic(t conformance.T) {
	g := b.grow(t, 24, t.TempDir())
	keys := make([]chain.StateKey, 60)
	for n := range keys {
		keys[n] = chain.StateKey{Owner: chain.Address{byte(n * 37)}, Space: chain.SpaceModule, Subkey: fmt.Sprint(n)}
	}
	heights := func(height uint64) (writes []chain.Write) {
		for _, key := range keys {
			writes = append(writes, chain.Write{Key: key, Value: binary.BigEndian.AppendUint64([]byte("at"), height)})
		}
		return chain.MergeWrites(writes)
	}
	g.step(heights(1), nil)
	done := make(chan struct{})
	var readers sync.WaitGroup
	faults := make(chan error, 2)
	for range 2 {
		readers.Go(func() {
			for {
				if err := g.whole(keys); err != nil {
					faults <- err
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for height := uint64(2); height <= 40; height++ {
		g.step(heights(height), nil)
	}
	close(done)
	readers.Wait()
	select {
	case err := <-faults:
		t.Fatalf("%v", err)
	default:
	}
}

// whole checks that the last state has one height under all keys.
func (g *grown) whole(keys []chain.StateKey) error {
	v, err := g.View(g.Status().Executed)
	if err != nil {
		return err
	}
	defer v.Close()
	want := binary.BigEndian.AppendUint64([]byte("at"), v.Height())
	for _, key := range keys {
		value, err := v.Get(key)
		if err != nil {
			return fmt.Errorf("height %d: %s: %w", v.Height(), describe(key), err)
		}
		if string(value) != string(want) {
			return fmt.Errorf("height %d: %s is %x, the block wrote %x under all keys", v.Height(), describe(key), value, want)
		}
	}
	return nil
}

func (b bench) historyAtHeight(t conformance.T) {
	g := b.grow(t, 25, t.TempDir())
	g.run(25)
	for height := range g.tip() + 1 {
		g.checkState(height)
		for _, key := range g.keys()[:10] {
			g.checkProof(height, key)
		}
	}
}

func (b bench) rootIgnoresOrder(t conformance.T) {
	g := b.grow(t, 26, "")
	g.run(20)
	var final, detour []chain.Write
	for _, key := range g.keys() {
		final = append(final, chain.Write{Key: key, Value: []byte(g.states[g.tip()][key])})
	}
	want := g.results[g.tip()].StateRoot
	seen := map[chain.Hash]bool{}
	for seed := range uint64(4) {
		other := b.grow(t, 26, "") // the same genesis
		detour = other.randomWrites(40)
		if seed > 0 {
			other.random.Shuffle(len(final), func(i, j int) { final[i], final[j] = final[j], final[i] })
			other.step(detour, nil)
			half := len(final) / 2
			other.step(chain.MergeWrites(final[:half]), nil)
			other.step(chain.MergeWrites(final[half:]), nil)
		}
		other.step(removeAllBut(detour, final), nil)
		other.step(chain.MergeWrites(final), nil)
		if root := other.results[other.tip()].StateRoot; root != want {
			t.Fatalf("the same entries have root %s by one way and %s by another", want, root)
		}
	}
	for _, results := range g.results {
		seen[results.StateRoot] = true
	}
	if len(seen) < 10 {
		t.Fatalf("20 heights with changes have only %d different roots", len(seen))
	}
}

// removeAllBut removes the keys of writes that are not in keep.
func removeAllBut(writes, keep []chain.Write) []chain.Write {
	kept := map[chain.StateKey]bool{}
	for _, write := range keep {
		kept[write.Key] = true
	}
	var removals []chain.Write
	for _, write := range writes {
		if !kept[write.Key] {
			removals = append(removals, chain.Write{Key: write.Key})
		}
	}
	return chain.MergeWrites(removals)
}
