package node_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

func openBodies(t *testing.T, path string) (*node.Bodies, *journal.Journal) {
	t.Helper()
	log, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := node.NewBodies(log)
	if err != nil {
		t.Fatal(err)
	}
	return b, log
}

func TestTheRecordOfBodiesKeepsWhatIsNotDecided(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bodies.log")
	b, log := openBodies(t, path)
	body := func(n byte) []byte { return bytes.Repeat([]byte{n}, 100) }
	for n := byte(1); n <= 8; n++ {
		height := uint64(n+1) / 2 // two proposals at each height
		for range 2 {             // the second time it is known
			if err := node.KeepBody(b, height, chain.Hash{n}, body(n)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := node.BodiesDecided(b, 2); err != nil {
		t.Fatal(err)
	}
	for n := byte(1); n <= 8; n++ {
		if !bytes.Equal(node.HeldBody(b, chain.Hash{n}), body(n)) {
			t.Errorf("body %d is not held; those who are one block behind may still ask for it", n)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	b, log = openBodies(t, path)
	for n := byte(1); n <= 8; n++ {
		if held := node.HeldBody(b, chain.Hash{n}); (n > 4) != bytes.Equal(held, body(n)) {
			t.Errorf("after a restart body %d is %x", n, held)
		}
	}
	if err := node.BodiesDecided(b, 100); err != nil {
		t.Fatal(err)
	}
	for n := byte(1); n <= 8; n++ {
		if node.HeldBody(b, chain.Hash{n}) != nil {
			t.Errorf("body %d is held for ever", n)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestABodySaysHowItWasOrdered(t *testing.T) {
	batch := chain.Batch{{Wire: []byte{1, 2, 3}}}
	for name, example := range map[string]struct {
		body   chain.Body
		digest bool
	}{
		"empty": {chain.Body{}, false}, "evidence alone": {chain.Body{Evidence: [][]byte{{1}}}, false},
		"whole": {chain.Body{Batches: []chain.Batch{batch}}, false}, "digest": {chain.Body{Batches: []chain.Batch{{}, batch}}, true},
	} {
		encoded := example.body.Encode()
		if form := node.OrderedForm(&example.body); bytes.Equal(form, encoded) == example.digest {
			t.Errorf("%s: ordered as %x", name, form)
		}
		if node.Divided(encoded) != example.digest {
			t.Errorf("%s: its encoding says another way", name)
		}
	}
	for _, garbage := range [][]byte{nil, {1}, {0xc0}, {0xc1, 0x80}, {0xc2, 0xc1, 0xc5}} {
		if node.Divided(garbage) {
			t.Errorf("%x is taken for a body", garbage)
		}
	}
}

func FuzzDecodeHeldBody(f *testing.F) {
	f.Add(node.EncodeHeld(7, chain.Hash{1}, []byte{1, 2, 3}))
	f.Fuzz(func(t *testing.T, record []byte) {
		height, header, body, err := node.DecodeHeld(record)
		if err == nil && !bytes.Equal(node.EncodeHeld(height, header, body), record) {
			t.Fatalf("%x decodes and encodes to something else", record)
		}
	})
}
