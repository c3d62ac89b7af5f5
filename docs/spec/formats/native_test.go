package formats_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

// nativeVector is a native transaction: what it says, who signs it, and what comes of
// it; or, with Error, an envelope that is refused.
type nativeVector struct {
	Suite       string            `json:"suite"`
	Secrets     map[string]string `json:"secrets,omitempty"`     // of sender and payer
	Salt        string            `json:"salt,omitempty"`        // of the payload
	Body        string            `json:"body,omitempty"`        // of the payload
	Transaction json.RawMessage   `json:"transaction,omitempty"` // the JSON form
	Content     string            `json:"content,omitempty"`     // what the id stands for
	ID          string            `json:"id,omitempty"`
	Wire        string            `json:"wire,omitempty"`
	Error       string            `json:"error,omitempty"` // from the table in README.md
}

func hexadecimal(b []byte) string { return "0x" + hex.EncodeToString(b) }

// nativeErrors are the names of the table in README.md, the more special ones first.
var nativeErrors = []struct {
	name string
	err  error
}{
	{"unknown-type", chain.ErrUnknownType}, {"malformed", chain.ErrMalformed}, {"window", native.ErrWindow}, {"nonce", native.ErrNonce},
	{"tip", native.ErrTip}, {"gas-cost", native.ErrGasCost}, {"payer", native.ErrPayer}, {"calls", native.ErrCalls},
	{"creation", native.ErrCreation}, {"value", native.ErrValue}, {"signature-count", native.ErrSignatureCount},
	{"signature-shape", native.ErrSignatureShape}, {"chain", native.ErrChain}, {"scheme", native.ErrScheme}, {"key", native.ErrKey},
	{"account", native.ErrAccount}, {"signature", chain.ErrSignature},
}

// signatory is an account whose key stands in the vectors.
type signatory struct {
	crypto.Signer
	address chain.Address
	secret  string
}

func newSignatory(t *testing.T, suite crypto.Suite, id chain.Scheme, first byte) signatory {
	t.Helper()
	scheme, err := suite.Scheme(id)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := scheme.Import(fill(first, 32))
	if err != nil {
		t.Fatal(err)
	}
	address, err := suite.Address(signer.Public())
	if err != nil {
		t.Fatal(err)
	}
	return signatory{signer, address, hexadecimal(fill(first, 32))}
}

func nativePlain(sender chain.Address) *native.Transaction {
	to := address(0x71)
	return &native.Transaction{Identity: hash(1), Sender: sender, Nonce: 3, Gas: 60_000, FeeCap: chain.WordFromUint64(1_000_000_007),
		TipCap: chain.WordFromUint64(2), Calls: []chain.Call{{To: &to, Value: chain.WordFromUint64(1 << 40), Input: []byte("input")}}}
}

// nativeShapes are changes of the plain transaction; a payer is there where it is named.
var nativeShapes = []struct {
	name   string
	change func(t *native.Transaction, payer chain.Address)
}{
	{"one call", func(*native.Transaction, chain.Address) {}},
	{"with a payer", func(t *native.Transaction, payer chain.Address) { t.Payer = payer }},
	{"a bundle in lane 7", func(t *native.Transaction, _ chain.Address) {
		one, two := address(0x72), address(0x73)
		t.Lane, t.ValidUntil = 7, 1000
		t.Calls = append(t.Calls, chain.Call{To: &one, Input: fill(0, 60)}, chain.Call{To: &two, Value: chain.WordFromUint64(1)})
	}},
	{"unordered, with an access list", func(t *native.Transaction, _ chain.Address) {
		t.Lane, t.Nonce, t.ValidUntil = chain.UnorderedLane, 0x1234_5678_9abc_def0, 900
		t.Access = []chain.Access{{Address: address(0x71), Slots: []chain.Word{chain.WordFromUint64(1), chain.Word(hash(2))}}, {Address: address(0x72)}}
	}},
	{"a creation", func(t *native.Transaction, _ chain.Address) {
		t.Nonce, t.FeeCap, t.TipCap = 0, chain.Word{}, chain.Word{}
		t.Calls = []chain.Call{{Input: []byte{0x60, 0x00, 0x60, 0x00, 0xf3}}}
	}},
}

func nativeVectors(t *testing.T) (all []vector) {
	for _, name := range []string{"standard", "gm"} {
		suite := suites()[name]
		payer := newSignatory(t, suite, chain.SchemeSecp256k1, 0x60)
		for _, scheme := range suite.Schemes() {
			sender := newSignatory(t, suite, scheme.ID(), 0x50)
			for _, shape := range nativeShapes {
				transaction := nativePlain(sender.address)
				shape.change(transaction, payer.address)
				all = append(all, nativeSigned(t, suite, scheme.ID().String()+", "+shape.name, transaction, sender, payer))
			}
		}
		all = append(all, nativeWithPayload(t, suite, newSignatory(t, suite, suite.Default(), 0x50), newSignatory(t, suite, suite.Default(), 0x61)))
	}
	return append(all, nativeRefused(t)...)
}

func nativeSigned(t *testing.T, suite crypto.Suite, name string, transaction *native.Transaction, sender, payer signatory) vector {
	t.Helper()
	signed, err := transaction.Sign(suite, sender)
	if err != nil {
		t.Fatal(err)
	}
	v := &nativeVector{Suite: suite.Name(), Secrets: map[string]string{"sender": sender.secret}}
	if !transaction.Payer.IsZero() {
		v.Secrets["payer"] = payer.secret
		if signed, err = signed.SignAsPayer(suite, payer); err != nil {
			t.Fatal(err)
		}
	}
	family := native.NewFamily(suite, hash(1), 7)
	decoded, err := family.Decode(signed.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if verified, err := family.Verify(decoded); err != nil || verified.Sender != sender.address || verified.Payer != signed.PaidBy() {
		t.Fatalf("%s: sender %s, payer %s, error %v", name, verified.Sender, verified.Payer, err)
	}
	v.Content, v.ID, v.Wire = hexadecimal(signed.EncodeUnsigned()), decoded.ID.String(), decoded.Wire.String()
	if v.Transaction, err = json.Marshal(signed); err != nil {
		t.Fatal(err)
	}
	return vector{Name: "native transaction: " + suite.Name() + ", " + name, Encoding: hexadecimal(signed.Encode()), Native: v}
}

func nativeWithPayload(t *testing.T, suite crypto.Suite, sender, payer signatory) vector {
	salt, body := native.Salt(fill(0x80, native.SaltSize)), []byte("beside the chain")
	transaction := nativePlain(sender.address)
	transaction.Payer, transaction.Payload = payer.address, native.Commit(suite, salt, body)
	v := nativeSigned(t, suite, "a payload, everybody with the default scheme", transaction, sender, payer)
	v.Native.Salt, v.Native.Body = hexadecimal(salt[:]), hexadecimal(body)
	return v
}

// nativeRefused are envelopes that nobody may take, and why.
func nativeRefused(t *testing.T) (all []vector) {
	suite := suites()["standard"]
	sender, payer := newSignatory(t, suite, chain.SchemeEd25519, 0x50), newSignatory(t, suite, chain.SchemeSecp256k1, 0x60)
	content := nativePlain(sender.address)
	content.Payer, content.Payload = payer.address, hash(0x90)
	signed, err := content.Sign(suite, sender)
	if err == nil {
		signed, err = signed.SignAsPayer(suite, payer)
	}
	if err != nil {
		t.Fatal(err)
	}
	family := native.NewFamily(suite, hash(1), 7)
	add := func(name string, raw []byte) {
		decoded, err := family.Decode(raw)
		if err == nil {
			_, err = family.Verify(decoded)
		}
		place := slices.IndexFunc(nativeErrors, func(e struct {
			name string
			err  error
		}) bool {
			return errors.Is(err, e.err)
		})
		if place < 0 {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, vector{Name: "native transaction refused: " + name, Encoding: hexadecimal(raw),
			Native: &nativeVector{Suite: "standard", Error: nativeErrors[place].name}})
	}
	for _, spelling := range nativeSpellings(signed.Encode()) {
		add(spelling.name, spelling.raw)
	}
	for _, rule := range nativeRules(payer) {
		changed := *signed
		rule.change(&changed)
		add(rule.name, changed.Encode())
	}
	return all
}

type nativeSpelling struct {
	name string
	raw  []byte
}

// nativeSpellings are ways to write an envelope that are not the one.
func nativeSpellings(raw []byte) []nativeSpelling {
	// The envelope is 0x43, 0xf9 and two bytes of length; identity and sender follow.
	const lane = 4 + 33 + 21
	resized := func(raw []byte, by int) []byte {
		length := int(raw[2])<<8 + int(raw[3]) + by
		raw[2], raw[3] = byte(length>>8), byte(length)
		return raw
	}
	replaced := func(at, remove int, put ...byte) []byte {
		return resized(slices.Replace(bytes.Clone(raw), at, at+remove, put...), len(put)-remove)
	}
	payer := bytes.Index(raw, append([]byte{0x94}, payerOf(raw)...))
	payload := payer + 21
	return []nativeSpelling{
		{"nothing after the type", raw[:1]},
		{"another type", append([]byte{0x44}, raw[1:]...)},
		{"a byte after the end", append(bytes.Clone(raw), 0)},
		{"the last byte is missing", raw[:len(raw)-1]},
		{"a field after the signatures", resized(append(bytes.Clone(raw), 0x80), 1)},
		{"the list's length with a leading zero", append([]byte{0x43, 0xfa, 0}, raw[2:]...)},
		{"lane zero as a zero byte", replaced(lane, 1, 0)},
		{"nonce with a leading zero", replaced(lane+1, 1, 0x82, 0, 3)},
		{"nonce with a header that it does not need", replaced(lane+1, 1, 0x81, 3)},
		{"nonce of nine bytes", replaced(lane+1, 1, 0x89, 1, 2, 3, 4, 5, 6, 7, 8, 9)},
		{"payer of zeros for none", replaced(payer, 21, append([]byte{0x94}, make([]byte, 20)...)...)},
		{"payer of 19 bytes", replaced(payer, 21, append([]byte{0x93}, fill(1, 19)...)...)},
		{"payload of zeros for none", replaced(payload, 33, append([]byte{0xa0}, make([]byte, 32)...)...)},
		{"payload of 31 bytes", replaced(payload, 33, append([]byte{0x9f}, fill(1, 31)...)...)},
		{"payload as a list", replaced(payload, 33, 0xc0)},
	}
}

// payerOf returns the payer of an envelope.
func payerOf(raw []byte) []byte {
	decoded, err := native.Decode(raw)
	if err != nil {
		return nil
	}
	return decoded.Payer[:]
}

type nativeRule struct {
	name   string
	change func(*native.Transaction)
}

// nativeRules are contents and signatures that are written well and refused.
func nativeRules(payer signatory) []nativeRule {
	largest := chain.Word(bytes.Repeat([]byte{0xff}, 32))
	to := address(0x71)
	return []nativeRule{
		{"unordered without a last height", func(t *native.Transaction) { t.Lane = chain.UnorderedLane }},
		{"nonce 2^64-1 in an ordered lane", func(t *native.Transaction) { t.Nonce = ^uint64(0) }},
		{"tip cap above fee cap", func(t *native.Transaction) { t.TipCap = largest }},
		{"gas × fee cap beyond 256 bits", func(t *native.Transaction) { t.FeeCap = largest }},
		{"the sender as payer", func(t *native.Transaction) { t.Payer = t.Sender }},
		{"no call", func(t *native.Transaction) { t.Calls = nil }},
		{"a creation beside another call", func(t *native.Transaction) { t.Calls = []chain.Call{{To: &to}, {Input: []byte{1}}} }},
		{"values beyond 256 bits together", func(t *native.Transaction) {
			t.Calls = []chain.Call{{To: &to, Value: largest}, {To: &to, Value: chain.WordFromUint64(1)}}
		}},
		{"no signature", func(t *native.Transaction) { t.BySender, t.ByPayer = native.Signature{}, native.Signature{} }},
		{"no signature of the payer", func(t *native.Transaction) { t.ByPayer = native.Signature{} }},
		{"a signature by nobody", func(t *native.Transaction) { t.Payer = chain.Address{} }},
		{"scheme 0", func(t *native.Transaction) { t.BySender.Scheme = 0 }},
		{"an empty signature", func(t *native.Transaction) { t.BySender.Bytes = nil }},
		{"another chain", func(t *native.Transaction) { t.Identity = hash(2) }},
		{"a scheme that is not defined", func(t *native.Transaction) { t.BySender.Scheme = 17 }},
		{"a scheme of another suite", func(t *native.Transaction) { t.BySender.Scheme = chain.SchemeSM2 }},
		{"a secp256k1 key beside the signature that yields it", func(t *native.Transaction) { t.ByPayer.Key = payer.Public().Bytes }},
		{"no Ed25519 key", func(t *native.Transaction) { t.BySender.Key = nil }},
		{"the signatures changed over", func(t *native.Transaction) { t.BySender, t.ByPayer = t.ByPayer, t.BySender }},
		{"a content that was not signed", func(t *native.Transaction) { t.Gas++ }},
		{"a signature of 63 bytes", func(t *native.Transaction) { t.BySender.Bytes = t.BySender.Bytes[:63] }},
	}
}
