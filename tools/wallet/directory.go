package wallet

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// MaxKeys bounds the files of a directory that are looked at.
const MaxKeys = 10_000

// Errors of directories.
var (
	ErrNoKey      = errors.New("wallet: no keystore file holds the key of this address")
	ErrKeyExists  = errors.New("wallet: a keystore file holds the key of this address already")
	ErrTooMany    = fmt.Errorf("wallet: the directory has more than %d files", MaxKeys)
	ErrPermission = errors.New("wallet: others than its owner can look into the keystore directory; run chmod 700 on it")
)

// Directory is a folder of keystore files. It keeps nothing in memory and may be
// used by several goroutines and programs.
type Directory struct {
	// Path is the folder; it is made, for its owner only, when a key is first
	// written.
	Path string
	// Cost is what new files take to open.
	Cost Cost
	// AllowDevelopment lets in the test mnemonic and its keys.
	AllowDevelopment bool
	// Now dates new files; nil means the clock of the machine.
	Now func() time.Time
}

// Entry is one key of a directory.
type Entry struct {
	Address chain.Address
	File    string // name inside the directory
}

// List returns the directory's keys in ascending order of file name, which is
// that of their making. It reads names only; what is not named like a keystore
// file is passed over. A directory that does not exist has no keys.
func (d *Directory) List() ([]Entry, error) {
	files, err := os.ReadDir(d.Path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("wallet: list keys: %w", err)
	}
	if len(files) > MaxKeys {
		return nil, ErrTooMany
	}
	var entries []Entry
	for _, file := range files {
		if address, ok := addressIn(file.Name()); ok && file.Type().IsRegular() {
			entries = append(entries, Entry{Address: address, File: file.Name()})
		}
	}
	return entries, nil
}

// find returns the entry of an address.
func (d *Directory) find(address chain.Address) (Entry, error) {
	entries, err := d.List()
	if err != nil {
		return Entry{}, err
	}
	for _, entry := range entries {
		if entry.Address == address {
			return entry, nil
		}
	}
	return Entry{}, fmt.Errorf("%w: %s", ErrNoKey, address)
}

// New makes a key and writes it under a passphrase.
func (d *Directory) New(passphrase string) (Entry, error) {
	key, err := secp256k1.GeneratePrivateKeyFromRand(rand.Reader)
	if err != nil {
		return Entry{}, fmt.Errorf("wallet: randomness: %w", err)
	}
	defer key.Zero()
	secret := key.Serialize()
	defer clear(secret)
	return d.Import(secret, passphrase)
}

// Import writes a secp256k1 secret key under a passphrase: ErrSecret when it is
// none, ErrWellKnown when everybody knows it, ErrKeyExists when it is there.
func (d *Directory) Import(secret []byte, passphrase string) (Entry, error) {
	address, err := Address(secret)
	if err != nil {
		return Entry{}, err
	}
	if !d.AllowDevelopment && IsWellKnown(secret) {
		return Entry{}, ErrWellKnown
	}
	if _, err := d.find(address); !errors.Is(err, ErrNoKey) {
		if err == nil {
			err = fmt.Errorf("%w: %s", ErrKeyExists, address)
		}
		return Entry{}, err
	}
	if err := d.prepare(); err != nil {
		return Entry{}, err
	}
	file, err := Encrypt(secret, passphrase, d.Cost)
	if err != nil {
		return Entry{}, err
	}
	entry := Entry{Address: address, File: d.nameOf(address)}
	return entry, d.write(entry.File, file)
}

// ImportMnemonic writes the key at a derivation path of a mnemonic, such as
// DefaultPath with an index behind it. The test mnemonic is refused at every path.
func (d *Directory) ImportMnemonic(mnemonic, path, passphrase string) (Entry, error) {
	if err := CheckMnemonic(mnemonic); err != nil {
		return Entry{}, err
	}
	mnemonic = normalMnemonic(mnemonic)
	if !d.AllowDevelopment && mnemonic == TestMnemonic {
		return Entry{}, ErrWellKnown
	}
	seed, err := Seed(mnemonic)
	if err != nil {
		return Entry{}, err
	}
	defer clear(seed)
	secret, err := Derive(seed, path)
	if err != nil {
		return Entry{}, err
	}
	defer clear(secret)
	return d.Import(secret, passphrase)
}

// Unlock returns the secret key of an address: ErrNoKey, ErrPassphrase or
// ErrKeystore when it cannot.
func (d *Directory) Unlock(address chain.Address, passphrase string) (secret []byte, err error) {
	entry, err := d.find(address)
	if err != nil {
		return nil, err
	}
	file, err := readBounded(filepath.Join(d.Path, entry.File))
	if err != nil {
		return nil, err
	}
	secret, err = Decrypt(file, passphrase)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", entry.File, err)
	}
	if held, err := Address(secret); err != nil || held != address {
		return nil, fmt.Errorf("%s: %w: it holds the key of another address", entry.File, ErrKeystore)
	}
	return secret, nil
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("wallet: open a keystore file: %w", err)
	}
	content, err := io.ReadAll(io.LimitReader(file, MaxKeystoreFile+1))
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("wallet: read a keystore file: %w", err)
	}
	return content, nil
}

// nameTime is the ISO 8601 time in file names, without colons, which some file
// systems refuse.
const nameTime = "2006-01-02T15-04-05.000000000Z"

func (d *Directory) nameOf(address chain.Address) string {
	now := time.Now
	if d.Now != nil {
		now = d.Now
	}
	return "UTC--" + now().UTC().Format(nameTime) + "--" + hex.EncodeToString(address[:])
}

func addressIn(name string) (address chain.Address, ok bool) {
	parts := strings.Split(name, "--")
	if len(parts) != 3 || parts[0] != "UTC" {
		return address, false
	}
	return address, address.UnmarshalText([]byte("0x"+parts[2])) == nil
}

// write puts a file in place whole: under another name first, durable, and then
// renamed.
func (d *Directory) write(name string, content []byte) (err error) {
	// CreateTemp makes files with mode 0600.
	file, err := os.CreateTemp(d.Path, ".new-*")
	if err != nil {
		return fmt.Errorf("wallet: write a keystore file: %w", err)
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(d.Path, name))
	}
	if err != nil {
		return errors.Join(fmt.Errorf("wallet: write a keystore file: %w", err), os.Remove(file.Name()))
	}
	return d.sync()
}

// prepare makes the directory, and refuses one that others can look into.
func (d *Directory) prepare() error {
	if err := os.MkdirAll(d.Path, 0o700); err != nil {
		return fmt.Errorf("wallet: make the keystore directory: %w", err)
	}
	info, err := os.Stat(d.Path)
	if err != nil {
		return fmt.Errorf("wallet: look at the keystore directory: %w", err)
	}
	// Windows has no such bits.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return fmt.Errorf("%w: %s", ErrPermission, d.Path)
	}
	return nil
}

// sync makes the renaming durable; Windows cannot and need not.
func (d *Directory) sync() error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(d.Path)
	if err != nil {
		return fmt.Errorf("wallet: open the keystore directory: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("wallet: sync the keystore directory: %w", err)
	}
	return nil
}
