package simplex

import (
	"bytes"
	"fmt"

	upstream "github.com/ava-labs/simplex"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// The header's consensus meta is Simplex's metadata – version, epoch, round, sequence
// number, parent's digest – followed by its list of suspected leaders, both in
// Simplex's own encoding. The header hash binds it, so that a node that got the block
// elsewhere goes on from it.

func encodeMeta(m upstream.ProtocolMetadata, suspects upstream.Blacklist) []byte {
	return append(m.Bytes(), suspects.Bytes()...)
}

// decodeMeta reads what encodeMeta writes, and nothing else.
func decodeMeta(b []byte) (m upstream.ProtocolMetadata, suspects upstream.Blacklist, err error) {
	if len(b) < upstream.ProtocolMetadataLen || len(b) > chain.MaxConsensusMeta {
		return m, suspects, fmt.Errorf("consensus meta of %d bytes", len(b))
	}
	metadata, err := upstream.ProtocolMetadataFromBytes(b[:upstream.ProtocolMetadataLen])
	if err != nil {
		return m, suspects, fmt.Errorf("consensus meta: %w", err)
	}
	if err = suspects.FromBytes(b[upstream.ProtocolMetadataLen:]); err != nil {
		return m, suspects, fmt.Errorf("consensus meta: %w", err)
	}
	if metadata.Version != 0 || !bytes.Equal(encodeMeta(*metadata, suspects), b) {
		return m, suspects, fmt.Errorf("consensus meta: not the encoding of this version")
	}
	return *metadata, suspects, nil
}

// checkTip refuses a tip that another engine has decided.
func checkTip(tip consensus.Decision) error {
	_, err := epochOf(tip)
	return err
}

// epochOf is the epoch in which a tip was decided.
func epochOf(tip consensus.Decision) (uint64, error) {
	header, err := chain.DecodeHeader(tip.Proposal.Header)
	if err != nil {
		return 0, fmt.Errorf("simplex: the tip's header: %w", err)
	}
	if header.Height == 0 {
		return 0, nil
	}
	m, _, err := decodeMeta(header.ConsensusMeta)
	if err != nil {
		return 0, fmt.Errorf("simplex: the tip does not belong to this engine: %w", err)
	}
	return m.Epoch, nil
}
