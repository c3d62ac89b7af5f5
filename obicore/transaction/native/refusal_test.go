package native_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// paid is a transaction whose every field has a value.
func paid(t testing.TB) (signed *native.Transaction, sender, payer account) {
	suite := standard.New()
	sender, payer = newAccount(t, suite, chain.SchemeEd25519, 1), newAccount(t, suite, chain.SchemeSecp256k1, 2)
	content := plain(sender.address)
	content.Lane, content.ValidUntil, content.Payer, content.Payload = 7, 1000, payer.address, chain.Hash{1}
	content.Access = []chain.Access{{Address: chain.Address{2}, Slots: []chain.Word{word(3), word(4)}}}
	to := chain.Address{0x71}
	content.Calls = append(content.Calls, chain.Call{To: &to})
	return sign(t, suite, content, sender, payer), sender, payer
}

func TestCheckNamesTheReasonOfARefusal(t *testing.T) {
	largest := chain.Word(bytes.Repeat([]byte{0xff}, 32))
	for _, c := range []struct {
		name   string
		change func(*native.Transaction)
		want   error
	}{
		{"no chain", func(t *native.Transaction) { t.Identity = chain.Hash{} }, native.ErrChain},
		{"unordered without a last height", func(t *native.Transaction) { t.Lane, t.ValidUntil = chain.UnorderedLane, 0 }, native.ErrWindow},
		{"nonce 2^64-1", func(t *native.Transaction) { t.Nonce = math.MaxUint64 }, native.ErrNonce},
		{"tip above fee cap", func(t *native.Transaction) { t.TipCap = word(10) }, native.ErrTip},
		{"gas × price beyond 256 bits", func(t *native.Transaction) { t.FeeCap, t.Gas = largest, 2 }, native.ErrGasCost},
		{"no call", func(t *native.Transaction) { t.Calls = nil }, native.ErrCalls},
		{"creation in a bundle", func(t *native.Transaction) { t.Calls = append(t.Calls[:1:1], chain.Call{}) }, native.ErrCreation},
		{"values beyond 256 bits", func(t *native.Transaction) {
			t.Calls = []chain.Call{{To: t.Calls[0].To, Value: largest}, {To: t.Calls[0].To, Value: word(1)}}
		}, native.ErrValue},
		{"the sender as payer", func(t *native.Transaction) { t.Payer = t.Sender }, native.ErrPayer},
		{"no signature", func(t *native.Transaction) { t.BySender, t.ByPayer = native.Signature{}, native.Signature{} }, native.ErrSignatureCount},
		{"no signature of the sender", func(t *native.Transaction) { t.BySender = native.Signature{} }, native.ErrSignatureCount},
		{"no signature of the payer", func(t *native.Transaction) { t.ByPayer = native.Signature{} }, native.ErrSignatureCount},
		{"a signature by nobody", func(t *native.Transaction) { t.Payer = chain.Address{} }, native.ErrSignatureCount},
		{"scheme 0", func(t *native.Transaction) { t.BySender.Scheme = 0 }, native.ErrSignatureShape},
		{"an empty signature", func(t *native.Transaction) { t.ByPayer.Bytes = nil }, native.ErrSignatureShape},
		{"a signature too long", func(t *native.Transaction) { t.BySender.Bytes = make([]byte, native.MaxSignatureSize+1) }, native.ErrSignatureShape},
		{"a key too long", func(t *native.Transaction) { t.BySender.Key = make([]byte, native.MaxKeySize+1) }, native.ErrSignatureShape},
	} {
		t.Run(c.name, func(t *testing.T) {
			changed, _, _ := paid(t)
			c.change(changed)
			if err := changed.Check(); !errors.Is(err, c.want) {
				t.Errorf("Check: got %v, want %v", err, c.want)
			}
			if _, err := native.Decode(changed.Encode()); !errors.Is(err, c.want) {
				t.Errorf("Decode: got %v, want %v", err, c.want)
			}
		})
	}
}

func TestValuesAtTheEndsOfTheirRangeAreAccepted(t *testing.T) {
	largest := chain.Word(bytes.Repeat([]byte{0xff}, 32))
	for name, change := range map[string]func(*native.Transaction){
		"nonce 2^64-2":                 func(t *native.Transaction) { t.Nonce = math.MaxUint64 - 1 },
		"unordered nonce 2^64-1":       func(t *native.Transaction) { t.Lane, t.Nonce = chain.UnorderedLane, math.MaxUint64 },
		"lane 2^64-2 without an end":   func(t *native.Transaction) { t.Lane, t.ValidUntil = chain.UnorderedLane-1, 0 },
		"largest price, gas 1":         func(t *native.Transaction) { t.FeeCap, t.TipCap, t.Gas = largest, largest, 1 },
		"largest gas, price 2^192":     func(t *native.Transaction) { t.FeeCap, t.Gas = chain.Word{7: 1}, math.MaxUint64 },
		"largest value":                func(t *native.Transaction) { t.Calls = []chain.Call{{To: t.Calls[0].To, Value: largest}} },
		"creation as the only call":    func(t *native.Transaction) { t.Calls = []chain.Call{{Input: []byte{1}}} },
		"a key and signature at limit": func(t *native.Transaction) { t.BySender = later(native.MaxKeySize, native.MaxSignatureSize) },
	} {
		changed, _, _ := paid(t)
		change(changed)
		if decoded, err := native.Decode(changed.Encode()); err != nil || !bytes.Equal(decoded.Encode(), changed.Encode()) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// later is a signature of a scheme that is not defined yet.
func later(key, signature int) native.Signature {
	return native.Signature{Scheme: 17, Key: make([]byte, key), Bytes: make([]byte, signature)}
}

// item is one RLP item, taken apart.
type item struct {
	text []byte
	list []item
	kind rlp.Kind
}

func parse(t testing.TB, r *rlp.Reader) (items []item) {
	t.Helper()
	for r.More() {
		kind, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if kind == rlp.String {
			text, _ := r.Bytes()
			items = append(items, item{kind: kind, text: text})
			continue
		}
		inner, err := r.List()
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item{kind: kind, list: parse(t, inner)})
	}
	return items
}

// write encodes items; at the path it puts what spoil makes of the item there.
func write(items []item, path string, spoil map[string][]byte) (encoded []byte) {
	for i, item := range items {
		place := fmt.Sprintf("%s/%d", path, i)
		if other, spoilt := spoil[place]; spoilt {
			encoded = append(encoded, other...)
			continue
		}
		if item.kind == rlp.String {
			encoded = rlp.AppendBytes(encoded, item.text)
			continue
		}
		encoded = rlp.AppendList(encoded, write(item.list, place, spoil))
	}
	return append(encoded, spoil[path+"/+"]...)
}

// variants gives each item of the envelope every other encoding and shape that a lax decoder could take for it.
func variants(items []item, path string, visit func(place string, encodings map[string][]byte)) {
	visit(path+"/+", map[string][]byte{"a string more": {0x80}, "a list more": {0xc0}})
	for i, item := range items {
		place := fmt.Sprintf("%s/%d", path, i)
		if item.kind == rlp.List {
			content := write(item.list, "", nil)
			visit(place, map[string][]byte{
				"left out": nil, "a string for a list": rlp.AppendBytes(nil, content), "long form": longForm(0xf7, content), "wider length": widerForm(0xf7, content),
			})
			variants(item.list, place, visit)
			continue
		}
		visit(place, map[string][]byte{
			"left out": nil, "a list for a string": rlp.AppendList(nil, rlp.AppendBytes(nil, item.text)),
			"long form": longForm(0xb7, item.text), "wider length": widerForm(0xb7, item.text),
			"a byte with a header": single(item.text), "a longer one": rlp.AppendBytes(nil, append(bytes.Clone(item.text), make([]byte, 64<<10)...)),
		})
	}
}

// longForm writes a short length behind a length of the length.
func longForm(base byte, content []byte) []byte {
	if len(content) > 55 {
		return []byte{0xff} // there is a shorter form of none
	}
	return append([]byte{base + 1, byte(len(content))}, content...)
}

// widerForm writes the length with a leading zero.
func widerForm(base byte, content []byte) []byte {
	return append([]byte{base + 3, 0, byte(len(content) >> 8), byte(len(content))}, content...)
}

// single writes one byte below 0x80 with a header; another string is cut.
func single(text []byte) []byte {
	if len(text) == 1 && text[0] < 0x80 {
		return []byte{0x81, text[0]}
	}
	return []byte{0x82, 1}
}

func TestEveryOtherSpellingIsRefused(t *testing.T) {
	signed, _, _ := paid(t)
	raw := signed.Encode()
	items := parse(t, rlp.NewReader(raw[1:]))
	if again := append([]byte{native.Type}, write(items, "", nil)...); !bytes.Equal(again, raw) {
		t.Fatal("the test takes the envelope apart wrongly")
	}
	family, count := familyOf(standard.New()), 0
	variants(items, "", func(place string, encodings map[string][]byte) {
		for name, encoding := range encodings {
			count++
			spoilt := append([]byte{native.Type}, write(items, "", map[string][]byte{place: encoding})...)
			if _, err := verify(family, spoilt); err == nil && !bytes.Equal(spoilt, raw) {
				t.Errorf("%s %s is accepted", place, name)
			}
		}
	})
	if count < 200 {
		t.Errorf("only %d variants were tried", count)
	}
}

func TestDecodeRefusesWhatIsNoTransaction(t *testing.T) {
	signed, _, _ := paid(t)
	raw := signed.Encode()
	items := parse(t, rlp.NewReader(raw[1:]))
	spoilt := func(place string, encoding []byte) []byte {
		return append([]byte{native.Type}, write(items, "", map[string][]byte{place: encoding})...)
	}
	text := func(n int, last byte) []byte {
		b := make([]byte, n)
		b[n-1] = last
		return rlp.AppendBytes(nil, b)
	}
	third := rlp.AppendList(nil, []byte{1, 0x80, 1})
	for _, c := range []struct {
		name string
		raw  []byte
		want error
	}{
		{"nothing", nil, chain.ErrMalformed},
		{"another type", append([]byte{2}, raw[1:]...), chain.ErrUnknownType},
		{"type 0x44", append([]byte{0x44}, raw[1:]...), chain.ErrUnknownType},
		{"a type alone", raw[:1], chain.ErrMalformed},
		{"an empty list", []byte{0x43, 0xc0}, chain.ErrMalformed},
		{"a string", []byte{0x43, 0x80}, chain.ErrMalformed},
		{"a byte after the end", append(bytes.Clone(raw), 0), chain.ErrMalformed},
		{"a cut end", raw[:len(raw)-1], chain.ErrMalformed},
		{"too many bytes", append([]byte{0x43}, make([]byte, chain.MaxWire)...), chain.ErrTooLarge},
		{"identity of 31 bytes", spoilt("/0/0", text(31, 1)), chain.ErrMalformed},
		{"sender of 21 bytes", spoilt("/0/1", text(21, 1)), chain.ErrMalformed},
		{"lane with a leading zero", spoilt("/0/2", []byte{0x82, 0, 7}), chain.ErrMalformed},
		{"lane beyond 64 bits", spoilt("/0/2", text(9, 1)), chain.ErrMalformed},
		{"lane zero as a byte", spoilt("/0/2", []byte{0}), chain.ErrMalformed},
		{"fee cap beyond 256 bits", spoilt("/0/6", append([]byte{0xa1, 1}, make([]byte, 32)...)), chain.ErrMalformed},
		{"recipient of 19 bytes", spoilt("/0/8/0/0", text(19, 1)), chain.ErrMalformed},
		{"slot of 31 bytes", spoilt("/0/9/0/1/0", text(31, 1)), chain.ErrMalformed},
		{"payer of 20 zeros", spoilt("/0/10", text(20, 0)), chain.ErrMalformed},
		{"payer of 19 bytes", spoilt("/0/10", text(19, 1)), chain.ErrMalformed},
		{"payload of 32 zeros", spoilt("/0/11", text(32, 0)), chain.ErrMalformed},
		{"payload of 31 bytes", spoilt("/0/11", text(31, 1)), chain.ErrMalformed},
		{"scheme beyond 16 bits", spoilt("/0/12/0/0", []byte{0x83, 1, 0, 0}), chain.ErrMalformed},
		{"an empty signature entry", spoilt("/0/12/1", []byte{0xc3, 0x80, 0x80, 0x80}), chain.ErrMalformed},
		{"three signatures", spoilt("/0/12/+", third), chain.ErrMalformed},
		{"no signatures", spoilt("/0/12", []byte{0xc0}), native.ErrSignatureCount},
	} {
		if _, err := native.Decode(c.raw); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, err, c.want)
		}
	}
}

func TestMoreCallsThanTheEncodingAllowsAreRefused(t *testing.T) {
	signed, _, _ := paid(t)
	signed.Calls = make([]chain.Call, native.MaxCalls+1)
	for i := range signed.Calls {
		signed.Calls[i].To = &chain.Address{}
	}
	if _, err := native.Decode(signed.Encode()); !errors.Is(err, chain.ErrMalformed) || !errors.Is(err, chain.ErrTooLarge) {
		t.Fatalf("got %v", err)
	}
	if err := signed.Check(); !errors.Is(err, native.ErrCalls) {
		t.Fatalf("got %v", err)
	}
}
