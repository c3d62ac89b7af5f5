package wallet_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

// directory is an empty one that does not exist yet, with a standing clock.
func directory(t *testing.T) *wallet.Directory {
	t.Helper()
	return &wallet.Directory{
		Path: filepath.Join(t.TempDir(), "keys"), Cost: wallet.Light,
		Now: func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 7, time.FixedZone("", 8*3600)) },
	}
}

func wellKnownSecret(t *testing.T, index int) []byte {
	t.Helper()
	seed, err := wallet.Seed(wallet.TestMnemonic)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := wallet.Derive(seed, wallet.DefaultPath+strconv.Itoa(index))
	if err != nil {
		t.Fatal(err)
	}
	return secret
}

func TestADirectoryThatDoesNotExistHasNoKeys(t *testing.T) {
	entries, err := directory(t).List()
	if err != nil || len(entries) != 0 {
		t.Errorf("%v and %v", entries, err)
	}
}

func TestAnImportedKeyCanBeListedAndUnlocked(t *testing.T) {
	d := directory(t)
	entry, err := d.Import(secretOf(1), "x")
	if err != nil {
		t.Fatal(err)
	}
	if entry.File != "UTC--2026-02-02T20-05-06.000000007Z--1a642f0e3c3af545e7acbd38b07251b3990914f1" {
		t.Errorf("the file is called %s", entry.File)
	}
	entries, err := d.List()
	if err != nil || len(entries) != 1 || entries[0] != entry {
		t.Errorf("the list is %v and %v", entries, err)
	}
	secret, err := d.Unlock(entry.Address, "x")
	if err != nil || !bytes.Equal(secret, secretOf(1)) {
		t.Errorf("unlocking gives %v", err)
	}
	if _, err := d.Unlock(entry.Address, "y"); !errors.Is(err, wallet.ErrPassphrase) {
		t.Errorf("a wrong passphrase gives %v", err)
	}
	if _, err := d.Unlock(chain.Address{9}, "x"); !errors.Is(err, wallet.ErrNoKey) {
		t.Errorf("a strange address gives %v", err)
	}
}

func TestNewKeysDiffer(t *testing.T) {
	d := directory(t)
	d.Now = nil
	first, err := d.New("x")
	if err != nil {
		t.Fatal(err)
	}
	second, err := d.New("x")
	if err != nil {
		t.Fatal(err)
	}
	secret, err := d.Unlock(second.Address, "x")
	if err != nil {
		t.Fatal(err)
	}
	if address, err := wallet.Address(secret); err != nil || address != second.Address || first.Address == second.Address {
		t.Errorf("the keys are of %s and %s, the second file holds that of %s: %v", first.Address, second.Address, address, err)
	}
}

func TestAKeyIsImportedOnce(t *testing.T) {
	d := directory(t)
	if _, err := d.Import(secretOf(1), "x"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(secretOf(1), "another"); !errors.Is(err, wallet.ErrKeyExists) {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsNoKeyIsNotImported(t *testing.T) {
	d := directory(t)
	for _, secret := range [][]byte{nil, make([]byte, 32), secretOf(0xff)} {
		if _, err := d.Import(secret, "x"); !errors.Is(err, wallet.ErrSecret) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := os.Stat(d.Path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the directory was made: %v", err)
	}
}

func TestFilesAndDirectoryAreForTheirOwnerOnly(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Log("Windows has no such bits")
		return
	}
	d := directory(t)
	d.Path = filepath.Join(d.Path, "inner")
	entry, err := d.Import(secretOf(1), "x")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{d.Path: 0o700, filepath.Join(d.Path, entry.File): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v: %v", path, info.Mode(), err)
		}
	}
	if err := os.Chmod(d.Path, 0o750); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Import(secretOf(2), "x"); !errors.Is(err, wallet.ErrPermission) {
		t.Errorf("an open directory gives %v", err)
	}
}

func TestWritingLeavesTheFileAndNothingElse(t *testing.T) {
	d := directory(t)
	entry, err := d.Import(secretOf(1), "x")
	if err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(d.Path)
	if err != nil || len(files) != 1 || files[0].Name() != entry.File {
		t.Errorf("the directory holds %v: %v", files, err)
	}
}

func TestListPassesOverWhatIsNotAKeystoreFile(t *testing.T) {
	d := directory(t)
	if _, err := d.Import(secretOf(1), "x"); err != nil {
		t.Fatal(err)
	}
	const good = "UTC--2020-01-01T00-00-00.000000000Z--"
	for _, name := range []string{".new-1", "README", "UTC--x", good, good + "123", good + strings.Repeat("g", 40), "PST--x--" + strings.Repeat("1", 40)} {
		if err := os.WriteFile(filepath.Join(d.Path, name), []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(d.Path, good+strings.Repeat("2", 40)), 0o700); err != nil {
		t.Fatal(err)
	}
	if entries, err := d.List(); err != nil || len(entries) != 1 {
		t.Errorf("the list is %v and %v", entries, err)
	}
}

func TestAFileUnderAnotherAddressDoesNotOpen(t *testing.T) {
	d := directory(t)
	entry, err := d.Import(secretOf(1), "x")
	if err != nil {
		t.Fatal(err)
	}
	other := chain.Address{1, 2, 3}
	name := strings.Replace(entry.File, entry.Address.String()[2:], other.String()[2:], 1)
	if err := os.Rename(filepath.Join(d.Path, entry.File), filepath.Join(d.Path, name)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Unlock(other, "x"); !errors.Is(err, wallet.ErrKeystore) {
		t.Errorf("got %v", err)
	}
	if err := os.WriteFile(filepath.Join(d.Path, name), make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Unlock(other, "x"); !errors.Is(err, wallet.ErrKeystore) {
		t.Errorf("a large file gives %v", err)
	}
}

func TestAFailedWriteIsReportedAndLeavesNothing(t *testing.T) {
	d := directory(t)
	if err := os.WriteFile(d.Path, nil, 0o600); err != nil { // a file where the directory belongs
		t.Fatal(err)
	}
	if _, err := d.Import(secretOf(1), "x"); err == nil {
		t.Error("no error")
	}
}

func TestTheFirstThousandKeysOfTheTestMnemonicAreRefused(t *testing.T) {
	d := directory(t)
	for _, index := range []int{0, 1, 19, wallet.WellKnownKeys - 1} {
		if _, err := d.Import(wellKnownSecret(t, index), "x"); !errors.Is(err, wallet.ErrWellKnown) {
			t.Errorf("key %d: %v", index, err)
		}
	}
	if wallet.IsWellKnown(wellKnownSecret(t, wallet.WellKnownKeys)) || wallet.IsWellKnown(secretOf(1)) || wallet.IsWellKnown(nil) {
		t.Error("another key is taken for one of them")
	}
	d.AllowDevelopment = true
	if _, err := d.Import(wellKnownSecret(t, 0), "x"); err != nil {
		t.Errorf("a development chain: %v", err)
	}
}

func TestTheTestMnemonicIsRefusedAtEveryPath(t *testing.T) {
	d := directory(t)
	for _, mnemonic := range []string{wallet.TestMnemonic, strings.ToUpper(wallet.TestMnemonic), " " + strings.ReplaceAll(wallet.TestMnemonic, " ", "  ")} {
		for _, path := range []string{wallet.DefaultPath + "0", wallet.DefaultPath + "123456", "m/1'"} {
			if _, err := d.ImportMnemonic(mnemonic, path, "x"); !errors.Is(err, wallet.ErrWellKnown) {
				t.Errorf("path %s: %v", path, err)
			}
		}
	}
	d.AllowDevelopment = true
	entry, err := d.ImportMnemonic(strings.ToUpper(wallet.TestMnemonic), wallet.DefaultPath+"0", "x")
	if err != nil || entry.Address.String() != "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266" {
		t.Errorf("a development chain gets %s: %v", entry.Address, err)
	}
}

func TestAMnemonicsKeyIsImported(t *testing.T) {
	d := directory(t)
	entry, err := d.ImportMnemonic("abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about", wallet.DefaultPath+"0", "x")
	if err != nil || entry.Address.String() != "0x9858effd232b4033e47d90003d41ec34ecaeda94" {
		t.Errorf("%s: %v", entry.Address, err)
	}
	if _, err := d.ImportMnemonic("abandon", wallet.DefaultPath+"0", "x"); !errors.Is(err, wallet.ErrMnemonic) {
		t.Errorf("one word gives %v", err)
	}
	if _, err := d.ImportMnemonic("zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo zoo wrong", "m/x", "x"); !errors.Is(err, wallet.ErrPath) {
		t.Errorf("a malformed path gives %v", err)
	}
}
