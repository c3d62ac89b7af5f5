package segment

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// directoryVersion is the version of a directory as a whole. Since 2 the nodes of the commitment stand in
// a table that binaries for 1 do not look for.
const directoryVersion = 2

const (
	identityFile  = "identity"
	maxIdentity   = 4096
	hasherExample = "credibleledger/segment/hasher"
)

// identity says whose ledger a directory is. The file holds the RLP list
// [directory version, module, chain identity, commitment, H(example)] and its CRC-32C
// in 4 little-endian bytes.
type identity struct {
	version    uint64
	module     string
	chain      chain.Hash
	commitment string
	hasher     chain.Hash // shows which hash function the chain uses
}

func identityOf(options *ledger.Options) identity {
	return identity{
		version: directoryVersion, module: Name, chain: options.Identity, commitment: options.Commitment,
		hasher: options.Hasher.Sum([]byte(hasherExample)),
	}
}

func (i *identity) encode() []byte {
	p := rlp.AppendUint64(nil, i.version)
	p = rlp.AppendBytes(p, []byte(i.module))
	p = rlp.AppendBytes(p, i.chain[:])
	p = rlp.AppendBytes(p, []byte(i.commitment))
	p = rlp.AppendBytes(p, i.hasher[:])
	b := rlp.AppendList(nil, p)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func decodeIdentity(b []byte) (i identity, err error) {
	if len(b) < 4 || crc32.Checksum(b[:len(b)-4], castagnoli) != binary.LittleEndian.Uint32(b[len(b)-4:]) {
		return i, fmt.Errorf("%w: checksum", ledger.ErrCorrupt)
	}
	outer := rlp.NewReader(b[:len(b)-4])
	list, err := outer.List()
	if err != nil {
		return i, fmt.Errorf("%w: %w", ledger.ErrCorrupt, err)
	}
	var faults [5]error
	var module, commitment []byte
	i.version, faults[0] = list.Uint64()
	module, faults[1] = list.Bytes()
	faults[2] = list.Fixed(i.chain[:])
	commitment, faults[3] = list.Bytes()
	faults[4] = list.Fixed(i.hasher[:])
	if err := errors.Join(append(faults[:], list.End(), outer.End())...); err != nil {
		return i, fmt.Errorf("%w: %w", ledger.ErrCorrupt, err)
	}
	i.module, i.commitment = string(module), string(commitment)
	return i, nil
}

// check compares what a directory says with what the caller wants.
func (i *identity) check(want identity) error {
	switch {
	case i.version == 0 || i.version > want.version:
		return fmt.Errorf("%w: format version %d, this binary reads 1 to %d: use the binary that wrote it", ledger.ErrMismatch, i.version, want.version)
	case i.module != want.module:
		return fmt.Errorf("%w: it is module %q's, not %q's: choose that module or another directory", ledger.ErrMismatch, i.module, want.module)
	case i.chain != want.chain:
		return fmt.Errorf("%w: it holds chain %s, not %s: choose another directory or that chain's genesis file", ledger.ErrMismatch, i.chain, want.chain)
	case i.commitment != want.commitment:
		return fmt.Errorf("%w: its state commitment is %q, not %q: use that chain's genesis file", ledger.ErrMismatch, i.commitment, want.commitment)
	case i.hasher != want.hasher:
		return fmt.Errorf("%w: it was written with another hash function: use that chain's crypto suite", ledger.ErrMismatch)
	}
	return nil
}

// claim checks the directory's identity file, or writes it into a new directory, and returns the version
// that it has.
func claim(fs vfs.FS, directory string, want identity) (version uint64, err error) {
	name := fs.PathJoin(directory, identityFile)
	content, err := readFile(fs, name, maxIdentity)
	if isNotExist(err) {
		return want.version, claimNew(fs, directory, name, want)
	}
	if err != nil {
		return 0, err
	}
	have, err := decodeIdentity(content)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", name, err)
	}
	if err := have.check(want); err != nil {
		return 0, fmt.Errorf("%s: %w", directory, err)
	}
	return have.version, nil
}

func claimNew(fs vfs.FS, directory, name string, want identity) error {
	for _, kind := range []columnKind{columnHeaders, columnBodies, columnResults} {
		if names, err := fs.List(fs.PathJoin(directory, kind.String())); err == nil && len(names) > 0 {
			return fmt.Errorf("%w: %s is missing beside %s: restore it or choose an empty directory", ledger.ErrCorrupt, name, kind)
		}
	}
	return writeFile(fs, name, want.encode())
}
