package node

import (
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// Limits of one answer that this node gives, whatever is asked.
const (
	answerBlocks = 512
	answerBytes  = 8 << 20
)

// blockCost is what a block counts beside its bytes: to find it costs as much as so many
// bytes, so that many small blocks are no way around the portion.
const blockCost = 16 << 10

// blocksPortion is what one peer may have of this node's blocks: to read and encode so much
// takes about a tenth of a core when the blocks are empty, a third when they are full. An
// honest peer stays below it. It has one question open, for 256 blocks and 4 MiB, and asks
// the next one when it has verified, executed and stored the answer: the portion is 32 full
// answers, or 8,000 empty blocks, in a second, several times what a machine of today gets
// through. Who follows a chain at its tip asks once for each block. It must not be less: a
// peer that is declined passes this node over for seconds.
func blocksPortion() dissemination.Portion {
	return dissemination.Portion{Answers: 1024, Bytes: 128 << 20, Window: time.Second}
}

// serve answers with blocks, or with this node's height to who asks for none. A peer that
// has had its portion is told that there is nothing, so that it asks another.
func (l *link) serve(to chain.NodeID, request *blocksync.Request) {
	if request.Blocks == 0 {
		l.sendStatus(to) // it costs no more than the question
		return
	}
	l.mutex.Lock()
	left := l.given.Left(to, l.options.Clock.Now())
	l.mutex.Unlock()
	reply := blocksync.Answer{From: request.From}
	if left > 0 {
		reply.Blocks = l.blocksFor(request, uint64(left))
	}
	message := reply.Encode()
	l.mutex.Lock()
	l.given.Spend(to, len(message)+len(reply.Blocks)*blockCost)
	l.mutex.Unlock()
	l.send(to, network.Sync, message)
}

// blocksFor reads what a peer asks for, at least one block when it is here, and no more
// than is left of its portion.
func (l *link) blocksFor(request *blocksync.Request, left uint64) (blocks []blocksync.Block) {
	tip, bytes := l.Tip().Header.Height, uint64(0)
	for height := request.From; height > 0 && height <= tip && height-request.From < min(request.Blocks, answerBlocks); height++ {
		block, err := l.sealedBlock(height)
		if err == nil && request.Results {
			err = l.addResults(height, &block)
		}
		if err != nil {
			break // pruned: who asks finds another
		}
		bytes += uint64(len(block.Header) + len(block.Body) + len(block.Proof) + len(block.Results))
		cost := bytes + uint64(len(blocks)+1)*blockCost
		if len(blocks) > 0 && (bytes > min(request.Bytes, answerBytes) || cost > left) {
			break
		}
		blocks = append(blocks, block)
	}
	return blocks
}

func (l *link) sealedBlock(height uint64) (b blocksync.Block, err error) {
	header, err := l.store.Header(height)
	if err != nil {
		return b, err
	}
	body, err := l.store.Body(height)
	if err != nil {
		return b, err
	}
	proof, err := l.store.Proof(height)
	if err != nil {
		return b, err
	}
	return blocksync.Block{Header: header.Encode(), Body: body.Encode(), Proof: proof.Encode()}, nil
}

// addResults adds its results to a block, unless they are not here or take more than an answer
// may: who asks then executes it.
func (c *Chain) addResults(height uint64, b *blocksync.Block) error {
	results, err := c.store.Results(height)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if encoded := results.Encode(); len(encoded) <= answerBytes-len(b.Header)-len(b.Body)-len(b.Proof) {
		b.Results = encoded
	}
	return nil
}
