package node_test

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// library is one that holds the history's snapshot.
func (h *history) library(t *testing.T) (*snapshot.Library, string) {
	t.Helper()
	folder := t.TempDir()
	l, err := snapshot.OpenLibrary(h.registry, h.rules, folder, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Take(t.Context(), h.full.Ledger(), h.manifest.Height); err != nil {
		t.Fatal(err)
	}
	return l, folder
}

// places lists all of a manifest, those of indexes first.
func places(m *snapshot.Manifest) (list []snapshot.Place) {
	for _, index := range []bool{true, false} {
		for section := range snapshot.Sections {
			for number := range m.Count(section, index) {
				list = append(list, snapshot.Place{Section: section, Index: index, Number: number})
			}
		}
	}
	return list
}

func TestADownloadInAnyOrderIsTheSnapshot(t *testing.T) {
	for _, commitment := range []string{obicore.BinaryTree, obicore.MerklePatricia} {
		h := newHistory(t, "standard", commitment, 2)
		library, _ := h.library(t)
		manifest, folder := library.Manifests()[0], filepath.Join(t.TempDir(), "download")
		read := func(p snapshot.Place) []byte {
			content, err := library.Read(manifest.Height, p)
			if err != nil {
				t.Fatal(err)
			}
			return content
		}
		all, random := places(manifest), rand.New(rand.NewPCG(3, 4))
		indexes := 0
		for _, p := range all {
			if p.Index {
				indexes++
			}
		}
		for _, part := range [][]snapshot.Place{all[:indexes], all[indexes:]} {
			random.Shuffle(len(part), func(i, j int) { part[i], part[j] = part[j], part[i] })
		}
		var d *snapshot.Download
		for i, p := range all {
			// Begun again each time, it holds what it held.
			var err error
			if d, err = snapshot.Resume(h.rules, manifest, folder); err != nil {
				t.Fatal(err)
			}
			for j, q := range all {
				if d.Holds(q) != (j < i) {
					t.Fatalf("after %d places: %+v is held: %v", i, q, d.Holds(q))
				}
			}
			sound := read(p)
			altered := append([]byte{sound[0] ^ 1}, sound[1:]...)
			for _, wrong := range [][]byte{altered, sound[1:], append(sound[:len(sound):len(sound)], 0), nil} {
				if err := d.Put(p, wrong); !errors.Is(err, snapshot.ErrPart) || d.Holds(p) {
					t.Fatalf("%+v: %v", p, err)
				}
			}
			if err := d.Put(p, sound); err != nil || !d.Holds(p) {
				t.Fatalf("%+v: %v", p, err)
			}
			if i < len(all)-1 {
				if err := d.Close(); err != nil {
					t.Fatal(err)
				}
				if _, err := snapshot.Open(h.registry, folder); !errors.Is(err, snapshot.ErrFault) {
					t.Fatalf("a part of a snapshot passes for one: %v", err)
				}
			}
		}
		if err := d.Finish(); err != nil {
			t.Fatal(err)
		}
		h.folder = folder
		if err := h.open(t).Verify(t.Context(), h.target(t), nil, quiet); err != nil {
			t.Fatal(err)
		}
	}
}

func TestPlacesThatASnapshotDoesNotHaveAreRefused(t *testing.T) {
	h := newHistory(t, "standard", obicore.BinaryTree, 2)
	library, _ := h.library(t)
	manifest := library.Manifests()[0]
	d, err := snapshot.Resume(h.rules, manifest, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // the end of the test
	for _, p := range []snapshot.Place{
		{Section: snapshot.Sections}, {Section: -1}, {Number: 1 << 63}, {Index: true, Number: 1}, {Section: snapshot.Sections - 1, Number: manifest.Parts()},
	} {
		if _, err := library.Read(manifest.Height, p); !errors.Is(err, snapshot.ErrHeight) {
			t.Errorf("%+v: %v", p, err)
		}
		if err := d.Put(p, []byte{1}); !errors.Is(err, snapshot.ErrPart) || d.Holds(p) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if _, err := library.Read(manifest.Height+1, snapshot.Place{}); !errors.Is(err, snapshot.ErrHeight) {
		t.Error(err)
	}
	if err := d.Put(snapshot.Place{Section: snapshot.Sections - 1}, []byte{1}); !errors.Is(err, snapshot.ErrPart) {
		t.Errorf("a part before its index: %v", err)
	}
	other := *manifest
	other.Identity = chain.Hash{1}
	if err := h.rules.Admit(&other, 1<<20, 1<<40); !errors.Is(err, snapshot.ErrForeign) {
		t.Error(err)
	}
	for _, first := range []uint64{manifest.First + 1, manifest.Height} { // ids that the next blocks need are left out
		short := *manifest
		if short.First = first; h.rules.Admit(&short, 1<<20, 1<<40) == nil {
			t.Errorf("a snapshot whose links begin at %d instead of %d is admitted", first, manifest.First)
		}
	}
	if err := h.rules.Admit(manifest, 1<<20, manifest.Bytes()-1); !errors.Is(err, chain.ErrTooLarge) {
		t.Error(err)
	}
}

func TestALibraryKeepsTheNewestAndRemovesWhatIsNotWhole(t *testing.T) {
	h := newHistory(t, "standard", obicore.BinaryTree, 2)
	library, folder := h.library(t)
	for _, height := range []uint64{h.manifest.Height + 2, h.manifest.Height + 4} {
		if err := library.Take(t.Context(), h.full.Ledger(), height); err != nil {
			t.Fatal(err)
		}
	}
	if held := library.Manifests(); len(held) != 2 || held[0].Height != h.manifest.Height+2 || library.Newest() != h.manifest.Height+4 {
		t.Fatalf("%+v", held)
	}
	if err := library.Take(t.Context(), h.full.Ledger(), h.full.Head().Header.Height); !errors.Is(err, snapshot.ErrHeight) {
		t.Fatalf("what nothing proves yet: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(folder, "77"), 0o750); err != nil { // of a node that was killed
		t.Fatal(err)
	}
	if _, err := snapshot.OpenLibrary(h.registry, h.rules, folder, 2); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v, %v", entries, err)
	}
}

func TestALibraryGivesNothingOfAFileThatHasBecomeShorter(t *testing.T) {
	h := newHistory(t, "standard", obicore.BinaryTree, 2)
	library, folder := h.library(t)
	state := snapshot.Place{Section: snapshot.Sections - 1}
	if content, err := library.Read(h.manifest.Height, state); err != nil || len(content) == 0 {
		t.Fatalf("%d bytes, %v", len(content), err)
	}
	if err := os.Truncate(filepath.Join(folder, strconv.FormatUint(h.manifest.Height, 10), "state"), 1); err != nil {
		t.Fatal(err)
	}
	if content, err := library.Read(h.manifest.Height, state); err == nil || content != nil {
		t.Errorf("%d bytes, %v", len(content), err)
	}
}
