package node_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// check compares everything that a node answers with the model of its chain.
func (d *differential) check(p *player, m *stateModel) {
	d.Helper()
	c := &comparison{player: p, model: m, last: uint64(d.blocks), status: p.chain.Ledger().Status(), draw: rand.New(rand.NewPCG(d.seed, 0xc0de))}
	made, err := p.registry.Commitment(p.commitment)
	if err != nil {
		d.Fatal(err)
	}
	c.tree = made(p.chain.Suite())
	c.headers()
	c.bodies()
	c.states()
	c.events()
	c.refusals()
	c.again()
	p.end()
}

// comparison is one run of check.
type comparison struct {
	*player
	model  *stateModel
	last   uint64 // height
	status ledger.Status
	tree   ledger.Commitment
	draw   *rand.Rand
}

// fail names the node that is wrong.
func (c *comparison) fail(format string, arguments ...any) {
	c.t.Helper()
	c.t.Fatalf("%s, from %+v: "+format, append([]any{c.variant, c.status}, arguments...)...)
}

func (c *comparison) headers() {
	if c.status.Executed != c.last || c.status.Decided != c.last {
		c.fail("the chain ends elsewhere")
	}
	if retain := c.options.RetainBlocks; retain > 0 && (c.status.OldestBody == 0 || c.status.OldestState < c.last-retain) {
		c.fail("nothing was pruned")
	}
	for height := c.status.OldestHeader; height <= c.last; height++ {
		header, err := c.chain.Ledger().Header(height)
		if err != nil || header.Hash(c.chain.Suite()) != c.model.hashes[height] {
			c.fail("header %d is another: %v", height, err)
		}
		if at, err := c.chain.Ledger().HeightOf(c.model.hashes[height]); err != nil || at != height {
			c.fail("block %d is said to be at %d: %v", height, at, err)
		}
	}
}

// bodies compares blocks and receipts, and where transactions are found.
func (c *comparison) bodies() {
	for height := c.status.OldestBody; height <= c.last; height++ {
		block, err := c.chain.BlockAt(height)
		if err != nil || block.Hash != c.model.hashes[height] || !bytes.Equal(block.Results.Encode(), c.model.results[height]) {
			c.fail("block %d is another: %v", height, err)
		}
		for n, t := range c.model.blocks[height].Transactions {
			if at, index, err := c.chain.Transaction(t.ID); err != nil || at.Header.Height != height || index != n {
				c.fail("transaction %d of block %d is not found there: %v", n, height, err)
			}
		}
	}
}

// states compares what can be read, called and proved at every height.
func (c *comparison) states() {
	for height := c.status.OldestState; height <= c.last; height++ {
		view, err := c.chain.View(height)
		if err != nil {
			c.fail("state %d: %v", height, err)
		}
		keys := c.keys()
		for _, key := range keys {
			if value, err := view.Get(key); err != nil || string(value) != c.model.at(height, key) {
				c.fail("state %d: %v holds %x, the model has %x: %v", height, key, value, c.model.at(height, key), err)
			}
		}
		c.call(height, view)
		c.prove(height, keys)
		if height%32 == 0 || height == c.last {
			c.whole(height, view)
		}
		if err := view.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
}

// keys draws some keys that have ever held something, and others, in ascending order.
func (c *comparison) keys() (keys []chain.StateKey) {
	for range 4 {
		keys = append(keys, c.model.keys[c.draw.IntN(len(c.model.keys))])
	}
	absent := chain.Address{0xee, byte(c.draw.IntN(256))}
	keys = append(keys, chain.AccountKey(absent), chain.CodeKey(absent), chain.StorageKey(storeAddress, chain.WordFromUint64(99+c.draw.Uint64N(99))))
	slices.SortFunc(keys, chain.StateKey.Compare)
	return slices.Compact(keys)
}

// call asks a contract for one of its slots.
func (c *comparison) call(height uint64, view ledger.View) {
	block, rules, slot := c.chain.NextContext(view), c.model.blocks[height].Header.Rules, chain.WordFromUint64(c.draw.Uint64N(storeSlots))
	r, err := c.chain.Executor().Rules(rules)
	if err != nil {
		c.t.Fatal(err)
	}
	run, err := c.chain.Executor().Call(c.t.Context(), r, &block, view, chain.Address{1}, storeAddress, slot[:], 100_000)
	if err != nil || !run.Succeeded {
		c.fail("state %d: the contract does not answer: %v, %v", height, err, run)
	}
	if want := c.model.at(height, chain.StorageKey(storeAddress, slot)); string(bytes.TrimLeft(run.Output, "\x00")) != want {
		c.fail("state %d: slot %s is %x, the model has %x", height, slot, run.Output, want)
	}
}

// prove checks proofs of keys, present and absent, with the root that a header carries.
func (c *comparison) prove(height uint64, keys []chain.StateKey) {
	root := c.model.blocks[height].Results.StateRoot
	if carrier := height + c.delay; carrier <= c.last {
		root = c.model.blocks[carrier].Header.StateRoot
	}
	for _, key := range keys {
		proof, err := c.chain.Ledger().Prove(height, key)
		if err == nil {
			err = c.tree.Verify(root, proof)
		}
		if err != nil || string(proof.Value) != c.model.at(height, key) {
			c.fail("state %d: the proof of %v shows %x, the model has %x: %v", height, key, proof.Value, c.model.at(height, key), err)
		}
		proof.Value = append(bytes.Clone(proof.Value), 1)
		if err := c.tree.Verify(root, proof); !errors.Is(err, ledger.ErrProof) {
			c.fail("state %d: a proof that %v holds something else: %v", height, key, err)
		}
	}
	many, err := c.chain.Ledger().(ledger.MultiProver).ProveMany(height, keys)
	if err == nil {
		err = c.tree.(ledger.MultiVerifier).VerifyMany(root, many)
	}
	for i := range many.Entries {
		if string(many.Entries[i].Value) != c.model.at(height, many.Entries[i].Key) {
			c.fail("state %d: one proof of many entries shows %+v", height, many.Entries[i])
		}
	}
	if err != nil || len(many.Entries) != len(keys) {
		c.fail("state %d: one proof of many entries: %v", height, err)
	}
}

// whole compares a whole state and its root, which the model makes from nothing.
func (c *comparison) whole(height uint64, view ledger.View) {
	if root := c.model.root(c.t, c.tree, height); root != c.model.blocks[height].Results.StateRoot {
		c.fail("state %d: the root is %s, the model makes %s", height, c.model.blocks[height].Results.StateRoot, root)
	}
	have := map[chain.StateKey]string{}
	for _, key := range c.model.keys {
		err := view.Scan(key.Owner, key.Space, "", func(subkey string, value []byte) bool {
			have[chain.StateKey{Owner: key.Owner, Space: key.Space, Subkey: subkey}] = string(value)
			return true
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	want := c.model.whole(height)
	for _, entry := range want {
		if have[entry.Key] != string(entry.Value) {
			c.fail("state %d: a scan gives %x for %v, the model has %x", height, have[entry.Key], entry.Key, entry.Value)
		}
	}
	if len(have) != len(want) {
		c.fail("state %d: scans give %d entries, the model has %d", height, len(have), len(want))
	}
}

// events compares which blocks hold events of some queries.
func (c *comparison) events() {
	topic := func() chain.Hash { return chain.Hash(chain.WordFromUint64(c.draw.Uint64N(storeSlots))) }
	for _, query := range []ledger.EventQuery{
		{Emitters: []chain.Address{storeAddress}},
		{Emitters: c.work.stores[len(c.work.stores)/2:]},
		{Topics: [][]chain.Hash{{topic(), topic()}}},
		{Emitters: []chain.Address{storeAddress}, Topics: [][]chain.Hash{{topic()}, {topic(), topic(), topic()}}},
		{Emitters: []chain.Address{spoilerAddress}}, // whose events are undone
	} {
		from := c.status.OldestBody + c.draw.Uint64N(c.last-c.status.OldestBody)
		for _, from := range []uint64{c.status.OldestBody, from} {
			have, want := c.found(&query, from), []uint64(nil)
			for height := from; height <= c.last; height++ {
				if matches(&query, c.model.blocks[height]) {
					want = append(want, height)
				}
			}
			if !slices.Equal(have, want) {
				c.fail("from %d on, %+v is found in %v, the model has it in %v", from, query, have, want)
			}
		}
	}
}

// found returns the heights at which a node finds a query.
func (c *comparison) found(query *ledger.EventQuery, from uint64) (heights []uint64) {
	see := func(height uint64) bool {
		block, err := c.chain.BlockAt(height)
		if err != nil {
			c.t.Fatal(err)
		}
		if matches(query, block) {
			heights = append(heights, height)
		}
		return true
	}
	next, err := c.chain.Ledger().(ledger.EventIndexer).Candidates(c.t.Context(), *query, from, c.last, see)
	if err != nil {
		c.fail("events from %d on: %v", from, err)
	}
	for ; next <= c.last; next++ { // the index follows
		see(next)
	}
	return heights
}

func matches(query *ledger.EventQuery, block *node.Block) bool {
	for i := range block.Results.Transactions {
		logs := block.Results.Transactions[i].Receipt.Logs
		if slices.ContainsFunc(logs, func(l chain.Log) bool { return query.Matches(&l) }) {
			return true
		}
	}
	return false
}
