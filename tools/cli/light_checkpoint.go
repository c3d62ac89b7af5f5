package cli

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/sdk/light"
)

// laterCheckpoint returns what is trusted beside the genesis file: the block that the
// caller names, else the one that the last run has kept; nil when there is neither.
func laterCheckpoint(ctx context.Context, source light.Source, f *lightFlags, suite crypto.Suite, identity chain.Hash) (*light.Checkpoint, error) {
	var checkpoint light.Checkpoint
	switch kept, err := readCheckpoint(f.trusted); {
	case f.checkpoint != "":
		height, hash, err := parseCheckpoint(f.checkpoint)
		if err != nil {
			return nil, err
		}
		if checkpoint, err = light.Pinned(ctx, source, suite, height, hash); err != nil {
			return nil, err
		}
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	default:
		checkpoint = kept
	}
	if have := checkpoint.Header.Chain; have != identity {
		return nil, fmt.Errorf("%w: it is of chain %s, the genesis file is of %s", light.ErrCheckpoint, have, identity)
	}
	return &checkpoint, nil
}

func parseCheckpoint(text string) (height uint64, hash chain.Hash, err error) {
	number, digest, found := strings.Cut(text, ":")
	if !found {
		return 0, hash, fmt.Errorf("--checkpoint %q is not HEIGHT:HASH, such as 1200:0x9f…", text)
	}
	if height, err = strconv.ParseUint(number, 10, 64); err != nil {
		return 0, hash, fmt.Errorf("--checkpoint: the height %q is not a number", number)
	}
	if err = hash.UnmarshalText([]byte(digest)); err != nil {
		return 0, hash, fmt.Errorf("--checkpoint: %w", err)
	}
	return height, hash, nil
}

// maxCheckpointFile bounds a kept checkpoint in bytes.
const maxCheckpointFile = 4 << 20

// readCheckpoint reads what saveCheckpoint has written; fs.ErrNotExist when there is
// none.
func readCheckpoint(path string) (c light.Checkpoint, err error) {
	if path == "" {
		return c, fs.ErrNotExist
	}
	info, err := os.Stat(path)
	if err != nil {
		return c, err
	}
	if info.Size() > maxCheckpointFile {
		return c, fmt.Errorf("%w: %s has %d bytes, at most %d are read", light.ErrCheckpoint, path, info.Size(), maxCheckpointFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil {
		return c, fmt.Errorf("%w: %s: %w", light.ErrCheckpoint, path, err)
	}
	if c, err = light.DecodeCheckpoint(raw); err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// saveCheckpoint replaces the file as a whole, so that a crash leaves the old one.
func saveCheckpoint(path string, c light.Checkpoint) error {
	next := path + ".new"
	if err := os.WriteFile(next, []byte(hex.EncodeToString(c.Encode())+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(next, path)
}
