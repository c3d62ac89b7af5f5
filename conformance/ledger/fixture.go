package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// entries is the model of a state.
type entries map[chain.StateKey]string

// grown is a ledger with everything that was ever put into it.
type grown struct {
	ledger.Ledger
	bench   bench
	t       conformance.T
	random  *rand.Rand
	options ledger.Options
	blocks  []ledger.Decided
	results []*chain.Results
	states  []entries
	places  map[chain.Hash]ledger.Location // last inclusion
}

// grow opens a new ledger in a directory, empty for memory, with its genesis.
func (b bench) grow(t conformance.T, seed uint64, directory string, change ...func(*ledger.Options)) *grown {
	t.Helper()
	g := b.plan(t, seed, directory, change...)
	g.reopen()
	return g
}

// plan prepares a chain up to its genesis without opening a ledger for it.
func (b bench) plan(t conformance.T, seed uint64, directory string, change ...func(*ledger.Options)) *grown {
	t.Helper()
	g := &grown{bench: b, t: t, random: rand.New(rand.NewPCG(seed, 0)), places: make(map[chain.Hash]ledger.Location)}
	g.options = ledger.Options{
		Directory: directory, Hasher: b.Hasher, Commitment: b.Commitment, Identity: b.Hasher.Sum([]byte("conformance")),
	}
	for _, f := range change {
		f(&g.options)
	}
	g.plant()
	return g
}

// noNodes is the empty tree that genesis is committed to.
type noNodes struct{}

func (noNodes) Node([]byte) ([]byte, error) { return nil, nil }

// plant makes genesis.
func (g *grown) plant() {
	g.t.Helper()
	writes := g.randomWrites(12)
	change, err := g.bench.Tree.Update(noNodes{}, writes)
	if err != nil {
		g.t.Fatalf("commit to genesis: %v", err)
	}
	g.options.Genesis = g.genesis(&chain.Results{StateRoot: change.Root, Opening: writes})
	g.note(ledger.Decided{Block: g.options.Genesis.Block}, g.options.Genesis.Results)
}

func (g *grown) genesis(results *chain.Results) *ledger.Genesis {
	header := &chain.Header{
		Rules: 1, Chain: g.options.Identity, Time: 1, TransactionRoot: chain.TransactionRoot(g.bench.Hasher, nil),
		StateRoot: results.StateRoot, ResultRoot: results.Root(g.bench.Hasher),
	}
	return &ledger.Genesis{Block: &chain.Block{Header: header}, Results: results}
}

// note adds a block to the model.
func (g *grown) note(decided ledger.Decided, results *chain.Results) {
	state := entries{}
	if n := len(g.states); n > 0 {
		state = maps.Clone(g.states[n-1])
	}
	state.apply(results.Writes())
	height := decided.Block.Header.Height
	for i, id := range decided.IDs {
		g.places[id] = ledger.Location{Height: height, Index: uint32(i)}
	}
	g.blocks = append(g.blocks, decided)
	g.results = append(g.results, results)
	g.states = append(g.states, state)
}

func (e entries) apply(writes []chain.Write) {
	for _, write := range writes {
		if delete(e, write.Key); len(write.Value) > 0 {
			e[write.Key] = string(write.Value)
		}
	}
}

// reopen closes the ledger, if it is open, and opens it.
func (g *grown) reopen() {
	g.t.Helper()
	if g.Ledger != nil {
		g.close()
	}
	g.openWith(g.bench.Open)
}

func (g *grown) openWith(open opener) {
	g.t.Helper()
	l, err := open(g.t.Context(), g.options)
	if err != nil {
		g.t.Fatalf("open: %v", err)
	}
	g.Ledger = l
	g.t.Cleanup(func() { _ = l.Close() }) // a ledger that is closed already says so
}

func (g *grown) close() {
	g.t.Helper()
	if err := g.Close(); err != nil {
		g.t.Fatalf("close: %v", err)
	}
}

// tip is the height of the last block of the model.
func (g *grown) tip() uint64 { return uint64(len(g.blocks) - 1) }

// run grows the chain by heights of random writes.
func (g *grown) run(heights int) {
	g.t.Helper()
	for range heights {
		g.step(g.randomWrites(g.random.IntN(8)), g.randomIDs())
	}
}

// step appends and commits one block with the given writes and ids.
func (g *grown) step(writes []chain.Write, ids []chain.Hash) {
	g.t.Helper()
	decided, results, staged := g.next(writes, ids)
	g.must(g.Append(g.t.Context(), decided), "append")
	g.must(g.Commit(g.t.Context(), results, staged), "commit")
	g.note(decided, results)
}

// next makes the block after the tip, with its own roots in its header.
func (g *grown) next(writes []chain.Write, ids []chain.Hash) (ledger.Decided, *chain.Results, ledger.Staged) {
	g.t.Helper()
	staged, err := g.Stage(writes)
	g.must(err, "stage")
	results := &chain.Results{StateRoot: staged.Root(), Opening: writes}
	for range ids {
		results.Transactions = append(results.Transactions, chain.Result{Receipt: chain.Receipt{Status: 1, GasUsed: 21000, Logs: g.randomLogs()}})
	}
	return g.block(results, ids), results, staged
}

func (g *grown) block(results *chain.Results, ids []chain.Hash) ledger.Decided {
	parent, hasher := g.blocks[g.tip()].Block.Header, g.bench.Hasher
	batch, groups := chain.Batch{}, [][]chain.Hash(nil)
	for _, id := range ids {
		batch = append(batch, chain.Entry{Wire: append([]byte("wire of "), id[:]...)})
	}
	body := chain.Body{}
	if len(ids) > 0 {
		body.Batches, groups = []chain.Batch{batch}, [][]chain.Hash{ids}
	}
	header := &chain.Header{
		Rules: 1, Chain: g.options.Identity, Height: parent.Height + 1, Parent: parent.Hash(hasher), Time: parent.Time + 1,
		TransactionRoot: chain.TransactionRoot(hasher, groups), TransactionCount: uint64(len(ids)),
		StateRoot: results.StateRoot, ResultRoot: results.Root(hasher),
	}
	proof := chain.Proof{Kind: "conformance/1", Epoch: header.Height, Bytes: binary.BigEndian.AppendUint64(nil, g.random.Uint64())}
	return ledger.Decided{Block: &chain.Block{Header: header, Body: body}, Proof: proof, IDs: ids}
}

func (g *grown) must(err error, what string) {
	g.t.Helper()
	if err != nil {
		g.t.Fatalf("%s of height %d: %v", what, g.tip()+1, err)
	}
}

// randomKey is one of a few hundred, so that keys are overwritten and removed.
func (g *grown) randomKey() chain.StateKey {
	key := chain.StateKey{Space: chain.Space(g.random.IntN(4))}
	key.Owner[0], key.Owner[chain.AddressSize-1] = byte(g.random.IntN(3)), byte(g.random.IntN(2))
	switch key.Space {
	case chain.SpaceStorage:
		var slot chain.Word
		slot[chain.WordSize-1] = byte(g.random.IntN(10))
		key.Subkey = string(slot[:])
	case chain.SpaceModule:
		key.Subkey = string([]byte{0, byte(g.random.IntN(3)), 0xff, 0, 'x'}[:g.random.IntN(6)])
	}
	return key
}

// randomWrites gives and takes values. Accounts and code are what execution makes of
// them: a commitment may rely on that (formats, State).
func (g *grown) randomWrites(count int) []chain.Write {
	writes := make([]chain.Write, 0, count)
	for range count {
		key, removed := g.randomKey(), g.random.IntN(3) == 0
		switch key.Space {
		case chain.SpaceAccount, chain.SpaceCode:
			writes = append(writes, g.accountWrites(key.Owner, removed)...)
		default:
			write := chain.Write{Key: key}
			if !removed {
				write.Value = fmt.Append(nil, "value ", g.random.IntN(1000))
			}
			writes = append(writes, write)
		}
	}
	return chain.MergeWrites(writes)
}

// accountWrites gives an account an entry and code that belong together, or takes both.
func (g *grown) accountWrites(owner chain.Address, removed bool) []chain.Write {
	account, code := chain.Write{Key: chain.AccountKey(owner)}, chain.Write{Key: chain.CodeKey(owner)}
	if !removed {
		entry := chain.Account{Nonce: 1, Balance: chain.WordFromUint64(g.random.Uint64N(1000))}
		if g.random.IntN(2) == 0 {
			code.Value = fmt.Append(nil, "code ", g.random.IntN(1000))
			entry.CodeHash = g.bench.CodeHash(code.Value)
		}
		account.Value = entry.Encode()
	}
	return []chain.Write{account, code}
}

func (g *grown) randomIDs() (ids []chain.Hash) {
	for range g.random.IntN(5) {
		ids = append(ids, g.bench.Hasher.Sum([]byte("transaction"), []byte{byte(g.random.IntN(60))}))
	}
	return ids
}

// keys returns every key that ever had a value, in order, and some that never had.
func (g *grown) keys() []chain.StateKey {
	seen := map[chain.StateKey]bool{}
	for _, state := range g.states {
		for key := range state {
			seen[key] = true
		}
	}
	for range 10 {
		key := g.randomKey()
		key.Owner[5] = 7
		seen[key] = true
	}
	return slices.SortedFunc(maps.Keys(seen), chain.StateKey.Compare)
}

// view opens the state at height until the rule ends.
func (g *grown) view(height uint64) ledger.View {
	g.t.Helper()
	v, err := g.View(height)
	if err != nil {
		g.t.Fatalf("view of height %d: %v", height, err)
	}
	return v
}

// checkState compares the state at height with the model, by key and by scan.
func (g *grown) checkState(height uint64) {
	g.t.Helper()
	v := g.view(height)
	defer v.Close()
	g.checkView(v, height)
}

func (g *grown) checkView(v ledger.View, height uint64) {
	g.t.Helper()
	if v.Height() != height {
		g.t.Fatalf("the view of height %d says %d", height, v.Height())
	}
	state := g.states[height]
	for _, key := range g.keys() {
		value, err := v.Get(key)
		if err != nil || string(value) != state[key] {
			g.t.Fatalf("height %d: %s is %q (%v), it should be %q", height, describe(key), value, err, state[key])
		}
		g.checkScan(v, state, key)
	}
}

// checkScan compares the scan that starts at a key with the model.
func (g *grown) checkScan(v ledger.View, state entries, from chain.StateKey) {
	g.t.Helper()
	var want, have []string
	for _, key := range slices.SortedFunc(maps.Keys(state), chain.StateKey.Compare) {
		if key.Owner == from.Owner && key.Space == from.Space && key.Subkey >= from.Subkey {
			want = append(want, key.Subkey+" = "+state[key])
		}
	}
	err := v.Scan(from.Owner, from.Space, from.Subkey, func(subkey string, value []byte) bool {
		have = append(have, subkey+" = "+string(value))
		return len(have) <= len(want)
	})
	if err != nil || !slices.Equal(want, have) {
		g.t.Fatalf("height %d: scan from %s gives %q (%v), it should give %q", v.Height(), describe(from), have, err, want)
	}
}

func describe(key chain.StateKey) string {
	return fmt.Sprintf("owner %s space %d subkey %x", key.Owner, key.Space, key.Subkey)
}

// checkBlock compares everything about one block with the model; kept says that its
// body and results must be there.
func (g *grown) checkBlock(height uint64, kept, executed bool) {
	g.t.Helper()
	want := g.blocks[height]
	header, err := g.Header(height)
	if err != nil || !bytes.Equal(header.Encode(), want.Block.Header.Encode()) {
		g.t.Fatalf("header %d does not come back: %v", height, err)
	}
	if at, err := g.HeightOf(want.Block.Header.Hash(g.bench.Hasher)); err != nil || at != height {
		g.t.Fatalf("block %d is found at %d: %v", height, at, err)
	}
	proof, err := g.Proof(height)
	if err != nil || height > 0 && !bytes.Equal(proof.Encode(), want.Proof.Encode()) {
		g.t.Fatalf("proof %d does not come back: %v", height, err)
	}
	if !kept {
		return
	}
	if body, err := g.Body(height); err != nil || !bytes.Equal(body.Encode(), want.Block.Body.Encode()) {
		g.t.Fatalf("body %d does not come back: %v", height, err)
	}
	if !executed {
		return
	}
	if results, err := g.Results(height); err != nil || !bytes.Equal(results.Encode(), g.results[height].Encode()) {
		g.t.Fatalf("results %d do not come back: %v", height, err)
	}
}

func (g *grown) checkStatus(decided, executed uint64) {
	g.t.Helper()
	if status := g.Status(); status.Decided != decided || status.Executed != executed {
		g.t.Fatalf("status is %+v, decided should be %d and executed %d", status, decided, executed)
	}
}

// checkAll compares the whole ledger with the model.
func (g *grown) checkAll() {
	g.t.Helper()
	g.checkStatus(g.tip(), g.tip())
	status := g.Status()
	for height := uint64(0); height <= g.tip(); height++ {
		g.checkBlock(height, height >= status.OldestBody, true)
		if height >= status.OldestState {
			g.checkState(height)
		}
	}
	g.checkPlaces(status.OldestBody)
}

// checkPlaces compares where transactions are, those last included below a height
// aside.
func (g *grown) checkPlaces(from uint64) {
	g.t.Helper()
	for id, want := range g.places {
		if want.Height < from {
			continue
		}
		if at, err := g.Locate(id, math.MaxUint64); err != nil || at != want {
			g.t.Fatalf("transaction %s is at %+v (%v), it was last included at %+v", id, at, err, want)
		}
	}
}
