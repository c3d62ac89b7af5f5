package light

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// ErrCheckpoint says that a checkpoint is malformed, or not what its owner named.
var ErrCheckpoint = errors.New("light: not a checkpoint that can be trusted")

// Checkpoint is what a client trusts: a header, and the set that decides the next.
type Checkpoint struct {
	Header     *chain.Header
	Validators *chain.ValidatorSet
}

// Pinned returns the checkpoint of a block whose hash its owner trusts, from a source
// that need not be trusted: the hash stands for the header, and the header for the set.
func Pinned(ctx context.Context, source Source, suite crypto.Suite, height uint64, hash chain.Hash) (c Checkpoint, err error) {
	header, _, err := source.Header(ctx, height)
	if err != nil {
		return c, err
	}
	if have := header.Hash(suite); have != hash || header.Height != height {
		return c, fmt.Errorf("%w: the source has block %s at height %d, %s is trusted", ErrCheckpoint, have, header.Height, hash)
	}
	set, err := source.Validators(ctx, height+1)
	if err != nil {
		return c, err
	}
	if have := set.Hash(suite); have != header.NextValidators {
		return c, fmt.Errorf("%w: the source has set %s, the header announces %s", ErrCheckpoint, have, header.NextValidators)
	}
	return Checkpoint{Header: header, Validators: set}, nil
}

// Encode returns the canonical encoding, for who keeps a checkpoint: [header, set].
func (c Checkpoint) Encode() []byte {
	return rlp.AppendList(nil, rlp.AppendBytes(rlp.AppendBytes(nil, c.Header.Encode()), c.Validators.Encode()))
}

// DecodeCheckpoint reads what Encode writes. Whether to trust it is the caller's
// matter: whoever can change what is decoded can choose the chain.
func DecodeCheckpoint(b []byte) (c Checkpoint, err error) {
	if c, err = decodeCheckpoint(b); err != nil {
		return Checkpoint{}, fmt.Errorf("%w: %w", ErrCheckpoint, err)
	}
	return c, nil
}

func decodeCheckpoint(b []byte) (c Checkpoint, err error) {
	reader := rlp.NewReader(b)
	list, err := reader.List()
	if err != nil {
		return c, err
	}
	header, err := list.Bytes()
	if err != nil {
		return c, err
	}
	if c.Header, err = chain.DecodeHeader(header); err != nil {
		return c, err
	}
	set, err := list.Bytes()
	if err != nil {
		return c, err
	}
	if c.Validators, err = chain.DecodeValidatorSet(set); err != nil {
		return c, err
	}
	return c, errors.Join(list.End(), reader.End())
}
