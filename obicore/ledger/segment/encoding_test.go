package segment

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// FuzzEscape checks that escaped keys sort as the keys do, come back, and that no
// escaped key starts another.
func FuzzEscape(f *testing.F) {
	f.Add([]byte{}, []byte{0})
	f.Add([]byte{0, 0xff}, []byte{0, 1})
	f.Add([]byte("a"), []byte("a\x00"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		escapedA, escapedB := appendEscaped(nil, a), appendEscaped(nil, b)
		if bytes.Compare(a, b) != bytes.Compare(escapedA, escapedB) {
			t.Fatalf("%x and %x sort otherwise when escaped", a, b)
		}
		if !bytes.Equal(a, b) && bytes.HasPrefix(escapedA, escapedB) {
			t.Fatalf("%x starts %x when escaped", b, a)
		}
		back, rest, err := unescape(append(escapedA, b...))
		if err != nil || !bytes.Equal(back, a) || !bytes.Equal(rest, b) {
			t.Fatalf("%x came back as %x, %x, %v", a, back, rest, err)
		}
		if _, _, err := unescape(b); err != nil && !errors.Is(err, ledger.ErrCorrupt) {
			t.Fatal(err)
		}
	})
}

// FuzzDecoders feeds arbitrary bytes to the decoders of everything on disk: what they
// accept is what would be written, what they refuse is named.
func FuzzDecoders(f *testing.F) {
	id := identity{version: 1, module: Name, chain: chain.Hash{1}, commitment: "binary", hasher: chain.Hash{2}}
	header := fileHeader{column: columnBodies, salt: 3, first: 4, identity: chain.Hash{5}}
	f.Add(id.encode())
	f.Add(header.encode())
	f.Add(encodeSidecar(7, 8, []uint32{64, 100}, 200))
	f.Add(appendRecord(nil, 7, 8, []byte("payload")))
	f.Add(encodeBody(&ledger.Decided{Block: &chain.Block{}, IDs: []chain.Hash{{9}}}))
	f.Add(encodeBody(&ledger.Decided{Block: &chain.Block{}, IDs: []chain.Hash{{9}}, Signers: [][]byte{{1, 2}}}))
	f.Add(encodeSealed(&chain.Header{}, &chain.Proof{}))
	f.Add(appendJournal(nil, tableState, []byte("key")))
	f.Fuzz(func(t *testing.T, b []byte) {
		named := func(err error) {
			t.Helper()
			if err != nil && !errors.Is(err, ledger.ErrCorrupt) && !errors.Is(err, ledger.ErrMismatch) && !errors.Is(err, errSidecar) {
				t.Fatal(err)
			}
		}
		same := func(what string, encoded []byte) {
			t.Helper()
			if !bytes.Equal(encoded, b[:min(len(b), len(encoded))]) {
				t.Fatalf("%s has a second encoding", what)
			}
		}
		if i, err := decodeIdentity(b); err == nil {
			same("identity", i.encode())
		} else {
			named(err)
		}
		if h, err := decodeFileHeader(b); err == nil {
			same("file header", h.encode())
		} else {
			named(err)
		}
		if offsets, end, err := decodeSidecar(b, 7, 8, 1<<20); err == nil {
			same("sidecar", encodeSidecar(7, 8, offsets, end))
		} else {
			named(err)
		}
		_, _, err := extent(bytes.NewReader(b), 8, 1)
		named(err)
		_, err = openRecord(b, 7, 8)
		named(err)
		_, err = decodeBody(b)
		named(err)
		_, err = decodeIDs(b)
		named(err)
		_, err = decodeSigners(b)
		named(err)
		_, err = decodeHistory(b)
		named(err)
		_, err = patched(make([]byte, 40), b)
		named(err)
		_, err = decodeNode(bytes.Clone(b))
		named(err)
		named(eachJournal(b, func(byte, []byte) error { return nil }))
		if s, err := decodeSealed(b, sum{}); err == nil {
			same("sealed header", encodeSealed(s.header, &s.proof))
		} else {
			named(err)
		}
	})
}

type sum struct{}

func (sum) Sum(...[]byte) chain.Hash { return chain.Hash{} }
