package chain_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// sha is a hasher for tests.
type sha struct{}

func (sha) Sum(parts ...[]byte) chain.Hash {
	h := sha256.New()
	for _, part := range parts {
		h.Write(part)
	}
	return chain.Hash(h.Sum(nil))
}

// source makes random chain values.
type source struct{ *rand.Rand }

func newSource(seed uint64) source { return source{rand.New(rand.NewPCG(seed, 7))} }

func (s source) bytes(limit int) []byte {
	b := make([]byte, s.IntN(limit))
	for i := range b {
		b[i] = byte(s.Uint32())
	}
	if len(b) == 0 {
		return nil
	}
	return b
}

func (s source) hash() (h chain.Hash) {
	for i := range h {
		h[i] = byte(s.Uint32())
	}
	return h
}

func (s source) address() chain.Address { h := s.hash(); return chain.Address(h[:20]) }
func (s source) word() chain.Word {
	h := s.hash()
	clear(h[:s.IntN(33)])
	return chain.Word(h)
}

func (s source) header() *chain.Header {
	return &chain.Header{
		Rules: s.Uint64(), Chain: s.hash(), Height: s.Uint64(), Parent: s.hash(), Time: s.Uint64(), TransactionRoot: s.hash(),
		TransactionCount: s.Uint64N(1000), GasLimit: s.Uint64(), StateRoot: s.hash(), ResultRoot: s.hash(), Validators: s.hash(),
		NextValidators: s.hash(), Proposer: s.hash(), Randomness: s.hash(), EvidenceRoot: s.hash(), ConsensusMeta: s.bytes(64),
	}
}

func (s source) writes() []chain.Write {
	var writes []chain.Write
	for range s.IntN(6) {
		key := chain.StateKey{Owner: s.address(), Space: chain.Space(s.IntN(4)), Subkey: string(s.bytes(40))}
		writes = append(writes, chain.Write{Key: key, Value: s.bytes(50)})
	}
	slices.SortFunc(writes, func(a, b chain.Write) int { return a.Key.Compare(b.Key) })
	return writes
}

func (s source) receipt() chain.Receipt {
	r := chain.Receipt{Status: chain.Status(s.IntN(2)), Reason: chain.Reason(s.IntN(9)), GasUsed: s.Uint64()}
	for range s.IntN(4) {
		log := chain.Log{Address: s.address(), Data: s.bytes(80)}
		for range s.IntN(5) {
			log.Topics = append(log.Topics, s.hash())
		}
		r.Logs = append(r.Logs, log)
	}
	return r
}

func (s source) results() *chain.Results {
	r := &chain.Results{StateRoot: s.hash(), Opening: s.writes()}
	for range s.IntN(5) {
		r.Transactions = append(r.Transactions, chain.Result{Receipt: s.receipt(), Writes: s.writes()})
	}
	return r
}

func (s source) body() *chain.Body {
	b := &chain.Body{}
	for range s.IntN(3) {
		batch := chain.Batch{}
		for range s.IntN(4) {
			if s.IntN(4) == 0 {
				batch = append(batch, chain.Entry{Removed: &chain.Tombstone{ID: s.hash(), Order: s.hash()}})
			} else {
				batch = append(batch, chain.Entry{Wire: append([]byte{1}, s.bytes(60)...)})
			}
		}
		b.Batches = append(b.Batches, batch)
	}
	for range s.IntN(3) {
		b.Evidence = append(b.Evidence, s.bytes(20))
	}
	return b
}

func (s source) validators() *chain.ValidatorSet {
	set := &chain.ValidatorSet{Epoch: s.Uint64(), From: s.Uint64()}
	for range 1 + s.IntN(5) {
		set.Members = append(set.Members, chain.Validator{
			ID: s.hash(), ConsensusKey: chain.PublicKey{Scheme: chain.Scheme(s.IntN(5)), Bytes: s.bytes(70)}, Transport: s.hash(),
			ExportKey: chain.PublicKey{Scheme: 1, Bytes: s.bytes(70)}, Organisation: "org", Weight: 1 + s.Uint64N(100), Payout: s.address(),
		})
	}
	slices.SortFunc(set.Members, func(a, b chain.Validator) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	return set
}

// codec pairs an encoder with its decoder for one kind of value.
type codec struct {
	name   string
	make   func(source) any
	encode func(any) []byte
	decode func([]byte) (any, error)
}

func codecs() []codec {
	return []codec{
		{"header", func(s source) any { return s.header() }, func(v any) []byte { return v.(*chain.Header).Encode() },
			func(b []byte) (any, error) { return chain.DecodeHeader(b) }},
		{"body", func(s source) any { return s.body() }, func(v any) []byte { return v.(*chain.Body).Encode() },
			func(b []byte) (any, error) { return chain.DecodeBody(b) }},
		{"receipt", func(s source) any { r := s.receipt(); return &r }, func(v any) []byte { return v.(*chain.Receipt).Encode() },
			func(b []byte) (any, error) { return chain.DecodeReceipt(b) }},
		{"results", func(s source) any { return s.results() }, func(v any) []byte { return v.(*chain.Results).Encode() },
			func(b []byte) (any, error) { return chain.DecodeResults(b) }},
		{"validator set", func(s source) any { return s.validators() }, func(v any) []byte { return v.(*chain.ValidatorSet).Encode() },
			func(b []byte) (any, error) { return chain.DecodeValidatorSet(b) }},
		{"proof", func(s source) any { return &chain.Proof{Kind: "k/1", Epoch: s.Uint64(), Bytes: s.bytes(90)} },
			func(v any) []byte { return v.(*chain.Proof).Encode() }, func(b []byte) (any, error) { return chain.DecodeProof(b) }},
		{"parameters", func(s source) any {
			return &chain.Parameters{GasLimit: s.Uint64(), Fees: chain.Fees{BaseFee: s.word(), Account: s.address(), Burn: s.IntN(2) == 0},
				Rules: []chain.Rules{{Version: 1}, {Version: s.Uint64(), Activation: s.Uint64()}}, Admin: []chain.Address{s.address()}}
		}, func(v any) []byte { return v.(*chain.Parameters).Encode() }, func(b []byte) (any, error) { return chain.DecodeParameters(b) }},
		{"account", func(s source) any { return chain.Account{Nonce: s.Uint64(), Balance: s.word(), CodeHash: s.hash()} },
			func(v any) []byte { return v.(chain.Account).Encode() }, func(b []byte) (any, error) { return chain.DecodeAccount(b) }},
		{"write set", func(s source) any { return s.writes() }, func(v any) []byte { return chain.EncodeWrites(v.([]chain.Write)) },
			func(b []byte) (any, error) { return chain.DecodeWrites(b) }},
		{"conviction", func(s source) any { return chain.Conviction{Height: s.Uint64(), Round: s.Uint64(), Count: s.Uint64()} },
			func(v any) []byte { return v.(chain.Conviction).Encode() }, func(b []byte) (any, error) {
				if len(b) == 0 {
					return nil, chain.ErrMalformed // nothing stands for none
				}
				return chain.DecodeConviction(b)
			}},
		{"recovery", func(s source) any {
			return &chain.Recovery{Height: s.Uint64(), Hash: s.hash(), Validators: s.validators(), Reason: "lost", Signatures: [][]byte{s.bytes(64), s.bytes(64)}}
		}, func(v any) []byte { return v.(*chain.Recovery).Encode() }, func(b []byte) (any, error) { return chain.DecodeRecovery(b) }},
	}
}

func TestEveryValueDecodesToWhatWasEncoded(t *testing.T) {
	for _, c := range codecs() {
		t.Run(c.name, func(t *testing.T) {
			for seed := range uint64(300) {
				value := c.make(newSource(seed))
				decoded, err := c.decode(c.encode(value))
				if err != nil {
					t.Fatalf("seed %d: %v", seed, err)
				}
				if !reflect.DeepEqual(value, decoded) && !bytes.Equal(c.encode(value), c.encode(decoded)) {
					t.Fatalf("seed %d: %+v became %+v", seed, value, decoded)
				}
			}
		})
	}
}

func TestDamagedEncodingsAreRefusedOrAreOtherCanonicalValues(t *testing.T) {
	for _, c := range codecs() {
		t.Run(c.name, func(t *testing.T) {
			s := newSource(99)
			for range 2000 {
				encoded := c.encode(c.make(s))
				switch s.IntN(3) {
				case 0:
					encoded = encoded[:s.IntN(len(encoded))]
				case 1:
					encoded = append(encoded, byte(s.Uint32()))
				default:
					encoded[s.IntN(len(encoded))] ^= 1 << s.IntN(8)
				}
				decoded, err := c.decode(encoded)
				if err == nil && !bytes.Equal(c.encode(decoded), encoded) {
					t.Fatalf("accepted %x, which encodes as %x", encoded, c.encode(decoded))
				}
			}
		})
	}
}

func FuzzDecoders(f *testing.F) {
	for i, c := range codecs() {
		f.Add(byte(i), c.encode(c.make(newSource(uint64(i)))))
	}
	f.Fuzz(func(t *testing.T, which byte, encoded []byte) {
		c := codecs()[int(which)%len(codecs())]
		decoded, err := c.decode(encoded)
		if err == nil && !bytes.Equal(c.encode(decoded), encoded) {
			t.Fatalf("%s: accepted %x, which encodes as %x", c.name, encoded, c.encode(decoded))
		}
	})
}

func TestMerkleProofsHoldForTheirLeafAndPlaceOnly(t *testing.T) {
	s := newSource(3)
	for count := 1; count <= 40; count++ {
		leaves := make([]chain.Hash, count)
		for i := range leaves {
			leaves[i] = s.hash()
		}
		root := chain.MerkleRoot(sha{}, leaves)
		for i := range leaves {
			proof, err := chain.ProveMerkle(sha{}, leaves, i)
			if err != nil {
				t.Fatal(err)
			}
			if err := proof.Verify(sha{}, root, leaves[i]); err != nil {
				t.Fatalf("leaf %d of %d: %v", i, count, err)
			}
			for _, forged := range []chain.MerkleProof{
				{Index: proof.Index + 1, Count: proof.Count, Path: proof.Path},
				{Index: proof.Index, Count: proof.Count + 1, Path: proof.Path},
				{Index: proof.Index, Count: proof.Count, Path: append(slices.Clone(proof.Path), chain.Hash{})},
			} {
				if forged.Verify(sha{}, root, leaves[i]) == nil {
					t.Fatalf("leaf %d of %d: a forged proof holds: %+v", i, count, forged)
				}
			}
			if proof.Verify(sha{}, root, s.hash()) == nil {
				t.Fatal("a proof holds for another leaf")
			}
		}
	}
}

func TestHeadersOfAnotherChainHeightTimeOrSetAreNoChildren(t *testing.T) {
	parent := newSource(5).header()
	parent.Height, parent.Time = 7, 1000
	child := func(change func(*chain.Header)) *chain.Header {
		c := newSource(6).header()
		c.Chain, c.Height, c.Parent, c.Time, c.Validators = parent.Chain, 8, parent.Hash(sha{}), 1001, parent.NextValidators
		change(c)
		return c
	}
	if err := parent.CheckChild(sha{}, child(func(*chain.Header) {})); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*chain.Header){
		"chain":  func(h *chain.Header) { h.Chain[0] ^= 1 },
		"height": func(h *chain.Header) { h.Height++ },
		"parent": func(h *chain.Header) { h.Parent[0] ^= 1 },
		"time":   func(h *chain.Header) { h.Time = parent.Time },
		"set":    func(h *chain.Header) { h.Validators[0] ^= 1 },
	} {
		if err := parent.CheckChild(sha{}, child(change)); !errors.Is(err, chain.ErrNotChild) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWordArithmeticAgreesWithBigIntegers(t *testing.T) {
	s := newSource(8)
	for range 2000 {
		a, b := s.word(), s.word()
		sum, over := a.Add(b)
		want := a.Big()
		want.Add(want, b.Big())
		expected, fits := chain.WordFromBig(want)
		if over == fits || fits && sum != expected {
			t.Fatalf("%s + %s = %s (%v)", a, b, sum, over)
		}
		difference, under := a.Sub(b)
		want = a.Big()
		want.Sub(want, b.Big())
		expected, fits = chain.WordFromBig(want)
		if under == fits || fits && difference != expected {
			t.Fatalf("%s - %s = %s (%v)", a, b, difference, under)
		}
		if a.Cmp(b) != a.Big().Cmp(b.Big()) {
			t.Fatalf("%s cmp %s", a, b)
		}
		var back chain.Word
		text, err := a.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != a {
			t.Fatalf("%s does not come back from %s", a, text)
		}
	}
}

func TestReceiptsAreReadWithoutTheirWrites(t *testing.T) {
	for seed := range uint64(300) {
		results := newSource(seed).results()
		receipts, err := chain.DecodeReceipts(results.Encode())
		if err != nil || len(receipts) != len(results.Transactions) {
			t.Fatalf("seed %d: %d receipts of %d: %v", seed, len(receipts), len(results.Transactions), err)
		}
		for i := range receipts {
			if !bytes.Equal(receipts[i].Encode(), results.Transactions[i].Receipt.Encode()) {
				t.Fatalf("seed %d: receipt %d differs", seed, i)
			}
		}
		encoded := results.Encode()
		if _, err := chain.DecodeReceipts(encoded[:len(encoded)-1]); !errors.Is(err, chain.ErrMalformed) {
			t.Fatalf("seed %d, one byte fewer: %v", seed, err)
		}
	}
}

func TestWhatABlockWritesLastIsFoundWithoutMergingAll(t *testing.T) {
	for seed := range uint64(300) {
		s := newSource(seed)
		results := s.results()
		for i := range results.Transactions { // keys come again
			if i%2 == 1 && len(results.Opening) > 0 {
				results.Transactions[i].Writes = []chain.Write{{Key: results.Opening[s.IntN(len(results.Opening))].Key, Value: s.bytes(5)}}
			}
		}
		for _, write := range results.Writes() {
			if value, written := results.Written(write.Key); !written || !bytes.Equal(value, write.Value) {
				t.Fatalf("seed %d: %x has %x (%v), want %x", seed, write.Key.Encode(), value, written, write.Value)
			}
		}
		if _, written := results.Written(chain.StateKey{Space: chain.SpaceModule, Subkey: "none"}); written {
			t.Fatalf("seed %d: a key that nothing writes is found", seed)
		}
	}
}
