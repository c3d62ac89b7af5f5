package quantity

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// BlockKind says how a BlockTag names its block.
type BlockKind uint8

// The kinds of a BlockTag. The zero kind is BlockLatest, which is also what Ethereum's API means by a block that is not
// given.
const (
	BlockLatest BlockKind = iota
	BlockEarliest
	BlockPending
	BlockSafe
	BlockFinalized
	BlockNumber
	BlockHash
)

var tagNames = [...]string{BlockLatest: "latest", BlockEarliest: "earliest", BlockPending: "pending", BlockSafe: "safe", BlockFinalized: "finalized"}

// BlockTag is a reference to a block: a tag, a number, or a hash (EIP-1898).
type BlockTag struct {
	Kind             BlockKind
	Number           uint64     // of BlockNumber
	Hash             chain.Hash // of BlockHash
	RequireCanonical bool       // of BlockHash: an error is wanted when the block is not on the canonical chain
}

// The reasons for which a block reference is refused, besides those of a quantity and of a hash.
var (
	ErrBlockRange     = errors.New("block number larger than int64")
	ErrBlockAmbiguous = errors.New("cannot specify both BlockHash and BlockNumber, choose one or the other")
	ErrBlockMissing   = errors.New("must specify either BlockHash or BlockNumber")
	ErrBlockMember    = errors.New("invalid block reference")
)

// String returns the tag, the number as a quantity, or the hash.
func (b BlockTag) String() string {
	switch {
	case b.Kind == BlockNumber:
		return Uint64(b.Number).String()
	case b.Kind == BlockHash:
		return b.Hash.String()
	case int(b.Kind) < len(tagNames):
		return tagNames[b.Kind]
	default:
		return fmt.Sprintf("<invalid block kind %d>", b.Kind)
	}
}

// MarshalJSON implements json.Marshaler: a string, and for a hash the object of EIP-1898.
func (b BlockTag) MarshalJSON() ([]byte, error) {
	if b.Kind != BlockHash {
		return json.Marshal(b.String())
	}
	return json.Marshal(struct {
		Hash      chain.Hash `json:"blockHash"`
		Canonical bool       `json:"requireCanonical,omitempty"`
	}{b.Hash, b.RequireCanonical})
}

// UnmarshalText reads a tag, a number as a quantity, or 32 bytes of data as a hash (go-ethereum accepts the latter too,
// and no quantity of 64 bits has so many digits). Tags are lower case.
func (b *BlockTag) UnmarshalText(text []byte) error {
	for kind, name := range tagNames {
		if string(text) == name {
			*b = BlockTag{Kind: BlockKind(kind)}
			return nil
		}
	}
	if len(text) == 2+2*chain.HashSize {
		var hash Hash
		if err := hash.UnmarshalText(text); err != nil {
			return err
		}
		*b = BlockTag{Kind: BlockHash, Hash: hash.Value()}
		return nil
	}
	height, err := parseHeight(text)
	if err == nil {
		*b = BlockTag{Kind: BlockNumber, Number: height}
	}
	return err
}

// UnmarshalJSON implements json.Unmarshaler: the strings of UnmarshalText, {"blockHash", "requireCanonical"?} or
// {"blockNumber"} (EIP-1898). Unknown members, both members and requireCanonical without a hash are refused; a null
// member counts as absent. JSON null leaves b unchanged.
func (b *BlockTag) UnmarshalJSON(input []byte) error {
	input = bytes.TrimSpace(input)
	switch {
	case string(input) == "null":
		return nil
	case len(input) > 0 && input[0] == '{':
		return b.unmarshalObject(input)
	case len(input) >= 2 && input[0] == '"' && input[len(input)-1] == '"':
		return b.UnmarshalText(input[1 : len(input)-1])
	default:
		return ErrMissingPrefix // a bare number: the text that clients know for it
	}
}

func (b *BlockTag) unmarshalObject(input []byte) error {
	// A map and not a struct: encoding/json would match the names of a struct's fields in any case.
	var members map[string]json.RawMessage
	if err := json.Unmarshal(input, &members); err != nil {
		return err
	}
	hash, number, canonical, err := take(members)
	switch {
	case err != nil:
		return err
	case hash != nil && number != nil:
		return ErrBlockAmbiguous
	case hash == nil && number == nil:
		return ErrBlockMissing
	case number != nil && canonical != nil:
		return fmt.Errorf("%w: requireCanonical needs blockHash", ErrBlockMember)
	case number != nil:
		return b.setNumber(number)
	default:
		return b.setHash(hash, canonical)
	}
}

// take returns the members of an EIP-1898 object, nil for what is absent or null.
func take(members map[string]json.RawMessage) (hash, number, canonical json.RawMessage, err error) {
	unknown := ""
	for name, value := range members {
		if string(value) == "null" {
			value = nil
		}
		switch name {
		case "blockHash":
			hash = value
		case "blockNumber":
			number = value
		case "requireCanonical":
			canonical = value
		default:
			if unknown == "" || name < unknown { // the same text whatever the order of the map
				unknown = name
			}
			err = ErrBlockMember
		}
	}
	if err != nil {
		err = fmt.Errorf("%w: unknown member %.40q", err, unknown)
	}
	return hash, number, canonical, err
}

// setNumber reads a number or a tag: clients send {"blockNumber": "latest"} too.
func (b *BlockTag) setNumber(value json.RawMessage) error {
	text, err := unquote(value, uint64Type)
	if err != nil {
		return err
	}
	var tag BlockTag
	if err := tag.UnmarshalText(text); err != nil {
		return err
	}
	if tag.Kind == BlockHash {
		return ErrBlockRange
	}
	*b = tag
	return nil
}

func (b *BlockTag) setHash(value, canonical json.RawMessage) error {
	var hash Hash
	if err := hash.UnmarshalJSON(value); err != nil {
		return err
	}
	require := false
	if canonical != nil {
		if err := json.Unmarshal(canonical, &require); err != nil {
			return fmt.Errorf("%w: requireCanonical: %w", ErrBlockMember, err)
		}
	}
	*b = BlockTag{Kind: BlockHash, Hash: hash.Value(), RequireCanonical: require}
	return nil
}

// parseHeight reads a block number. The upper half of the range is refused as go-ethereum does, so that no caller has to
// think about overflow when it adds to a number from outside.
func parseHeight(text []byte) (uint64, error) {
	height, err := parseUint64(text)
	if err == nil && height > math.MaxInt64 {
		return 0, ErrBlockRange
	}
	return height, err
}
