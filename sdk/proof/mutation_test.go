package proof_test

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// refuse fails when a changed document is taken, or fails for no reason of its own. Only
// the key of an absent entry can be changed to another that is absent: the same path
// may prove that, too.
func (w *world) refuse(t *testing.T, what string, d *proof.Document) {
	t.Helper()
	finding, err := proof.Verify(d, w.trust, options())
	if err == nil {
		if d.State == nil || !w.saysAnotherAbsence(finding) {
			t.Fatalf("%s is accepted", what)
		}
		return
	}
	if !errors.Is(err, proof.ErrProof) && !errors.Is(err, proof.ErrTrust) && !errors.Is(err, proof.ErrUnknown) {
		t.Fatalf("%s: an error of another kind: %v", what, err)
	}
	if !place.MatchString(err.Error()) {
		t.Fatalf("%s: no place is named: %v", what, err)
	}
}

// place is how an error names what does not hold in a document, or what of it does not
// rest on what is trusted, or cannot be checked.
var place = regexp.MustCompile(`^proof: (it does not hold: (header|decision|validators|state|receipt|transaction)\b|` +
	`it does not rest on what is trusted: (it is of chain|it says that the root delay|its block 0|block \d+ is decided|its decision)|` +
	`it cannot be checked here: .*(crypto|suite|kind|commitment))`)

// saysAnotherAbsence reports whether all entries are true and one is about a key that
// was not asked about.
func (w *world) saysAnotherAbsence(finding *proof.Finding) (another bool) {
	truth := map[chain.StateKey]string{}
	for _, entry := range w.Entries {
		truth[entry.Key] = string(entry.Value)
	}
	for _, entry := range finding.Entries {
		if string(entry.Value) != truth[entry.Key] {
			return false
		}
		another = another || len(entry.Value) == 0 && !slices.Contains(w.some(), entry.Key)
	}
	return another
}

// parts are the byte strings of a document.
func parts(d *proof.Document) map[string]*chain.Bytes {
	all := map[string]*chain.Bytes{"header": &d.Header, "decision": &d.Decision, "validators": &d.Validators}
	if d.State != nil {
		all["path"] = &d.State.Path
		for i := range d.State.Entries {
			all["key"+string(rune('0'+i))], all["value"+string(rune('0'+i))] = &d.State.Entries[i].Key, &d.State.Entries[i].Value
		}
	}
	if d.Receipt != nil {
		all["receipt"] = &d.Receipt.Receipt
		for i := range d.Receipt.Headers {
			all["header"+string(rune('0'+i))] = &d.Receipt.Headers[i]
		}
	}
	if d.Transaction != nil {
		all["wire"] = &d.Transaction.Wire
	}
	return all
}

func TestEveryFlippedBitOfEveryPartIsRefused(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		step := 1 // in bits; votes of gm take longer to check
		if testing.Short() || w.Suite.Name() == "gm" {
			step = 7
		}
		for name, d := range w.documents(t) {
			for part, content := range parts(d) {
				good := *content
				for bit := 0; bit < 8*len(good); bit += step {
					*content = bytes.Clone(good)
					(*content)[bit/8] ^= 1 << (bit % 8)
					w.refuse(t, name+": a bit of its "+part, d)
				}
				if len(good) > 0 {
					*content = good[:len(good)-1]
					w.refuse(t, name+": a cut "+part, d)
				}
				*content = append(bytes.Clone(good), 0)
				w.refuse(t, name+": a longer "+part, d)
				*content = good
			}
		}
	})
}

func TestEveryFlippedBitOfAFileIsRefused(t *testing.T) {
	step := 7 // in bits: one or two of each byte
	if os.Getenv("CREDIBLE_TEST_FULL") != "" {
		step = 1
	}
	for _, delay := range []uint64{0, 2} {
		w := newWorld(t, "standard", "binary", delay)
		for name, d := range w.documents(t) {
			text, err := d.Encode()
			if err != nil {
				t.Fatal(err)
			}
			for bit := 0; bit < 8*len(text); bit += step {
				flipped, i := bytes.Clone(text), bit/8
				flipped[i] ^= 1 << (bit % 8)
				if d, err := proof.Decode(flipped); err == nil {
					w.refuse(t, name+": "+string(flipped[max(0, i-20):min(len(text), i+20)]), d)
				} else if !errors.Is(err, proof.ErrFormat) {
					t.Fatalf("%s: byte %d: %v", name, i, err)
				}
			}
		}
	}
}

func TestADocumentHasOneSpelling(t *testing.T) {
	w := newWorld(t, "standard", "binary", 2)
	d, err := w.State(w.some()...)
	if err != nil {
		t.Fatal(err)
	}
	text, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string][2]string{
		"upper case":         {`"0xf8`, `"0xF8`},
		"another version":    {"proof/1", "proof/2"},
		"another prefix":     {`"header": "0x`, `"header": "0X`},
		"an unknown member":  {`"format"`, `"more": 1, "format"`},
		"a repeated member":  {`"format"`, `"rootDelay": 2, "format"`},
		"a missing member":   {`"rootDelay": 2,`, ``},
		"null":               {`"rootDelay": 2`, `"rootDelay": null`},
		"null for a claim":   {`"state"`, `"receipt": null, "state"`},
		"a fraction":         {`"rootDelay": 2`, `"rootDelay": 2.5`},
		"two claims":         {`"state"`, `"transaction": {"id": "0x", "wire": "0x", "inclusion": {}}, "state"`},
		"something after it": {"\n}\n", "\n}\n{}"},
	} {
		changed := bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1)
		if bytes.Equal(changed, text) {
			t.Fatalf("%s changes nothing", what)
		}
		if _, err := proof.Decode(changed); !errors.Is(err, proof.ErrFormat) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// FuzzDocument feeds arbitrary files to the verifier: what it proves must be true.
func FuzzDocument(f *testing.F) {
	w := newWorld(f, "standard", "binary", 2)
	for _, d := range w.documents(f) {
		text, err := d.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	truth := map[chain.StateKey]string{}
	for _, entry := range w.Entries {
		truth[entry.Key] = string(entry.Value)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := proof.Decode(text)
		if err != nil {
			return
		}
		given, _ := canonicaljson.Canonical(text)
		own, err := d.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if own, err = canonicaljson.Canonical(own); err != nil || !bytes.Equal(given, own) {
			t.Fatalf("two spellings of one document: %v", err)
		}
		finding, err := proof.Verify(d, w.trust, options())
		if err != nil {
			return
		}
		for _, entry := range finding.Entries {
			if string(entry.Value) != truth[entry.Key] {
				t.Fatalf("proved %+v", entry)
			}
		}
		if of := finding.Transaction; of != nil && of.ID != w.IDs[of.Index] {
			t.Fatalf("proved %+v", of)
		} else if of != nil && of.Receipt != nil && !bytes.Equal(of.Receipt.Encode(), w.Results.Transactions[of.Index].Receipt.Encode()) {
			t.Fatalf("proved %+v", of.Receipt)
		}
	})
}
