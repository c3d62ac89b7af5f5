package journal_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

var _ consensus.WAL = (*journal.Journal)(nil)

func open(t testing.TB, path string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func records(t testing.TB, j *journal.Journal) (list []string) {
	t.Helper()
	if err := j.Replay(func(record []byte) error { list = append(list, string(record)); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func same(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) && len(a) == len(b) }

func TestRecordsReadBackAsAModelSays(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	var model []string
	for step := range 2000 {
		switch random.IntN(10) {
		case 0:
			keep := random.IntN(4)
			if err := j.Truncate(keep); err != nil {
				t.Fatal(err)
			}
			if len(model) > keep {
				model = model[len(model)-keep:]
			}
		case 1:
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			j = open(t, path)
		default:
			record := bytes.Repeat([]byte{byte(step)}, random.IntN(16<<10))
			if err := j.Append(record, step%50 == 0); err != nil {
				t.Fatal(err)
			}
			model = append(model, string(record))
		}
		if have := records(t, j); !same(have, model) {
			t.Fatalf("step %d: %d records, want %d", step, len(have), len(model))
		}
	}
	if info, err := os.Stat(path); err != nil || info.Size() > 8<<20 {
		t.Fatalf("the file has grown to %d bytes: %v", info.Size(), err)
	}
}

func TestAJournalCutAnywhereKeepsAllWholeRecordsBeforeTheCut(t *testing.T) {
	folder := t.TempDir()
	j := open(t, filepath.Join(folder, "whole"))
	var ends []int64
	for i := range 5 {
		if err := j.Append(fmt.Appendf(nil, "record %d", i), true); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(folder, "whole"))
		if err != nil {
			t.Fatal(err)
		}
		ends = append(ends, info.Size())
	}
	whole, err := os.ReadFile(filepath.Join(folder, "whole"))
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(whole) + 1 {
		path := filepath.Join(folder, "cut")
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		j := open(t, path)
		want := 0
		for _, end := range ends {
			if int64(cut) >= end {
				want++
			}
		}
		if have := records(t, j); len(have) != want {
			t.Fatalf("cut at %d: %d records, want %d", cut, len(have), want)
		}
		if err := j.Append([]byte("after"), true); err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if have := records(t, open(t, path)); len(have) != want+1 || have[want] != "after" {
			t.Fatalf("cut at %d: %q after the next record", cut, have)
		}
	}
}

func TestDamageBeforeTheLastRecordIsAnError(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j := open(t, path)
	for range 3 {
		if err := j.Append([]byte("some record"), true); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(content) * 2 / 3 { // every byte of the first two records
		content[i] ^= 0x10
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := journal.Open(path); !errors.Is(err, journal.ErrDamaged) {
			t.Fatalf("byte %d: error %v", i, err)
		}
		content[i] ^= 0x10
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0, 1, 1, 2, 3, 4, 5})
	f.Add(bytes.Repeat([]byte{0}, 64))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(path)
		if err != nil {
			return
		}
		before := records(t, j)
		if err := errors.Join(j.Append([]byte("x"), true), j.Close()); err != nil {
			t.Fatal(err)
		}
		if have := records(t, open(t, path)); !same(have, append(before, "x")) {
			t.Fatalf("%q, want %q and x", have, before)
		}
	})
}
