package debug

import (
	"context"
	"encoding/json"

	"github.com/credibleledger/credibleledger/obicore/node"
)

// TraceGiven traces a block that need not be stored: the proposer of a running
// chain never orders a void transaction.
func (s *Service) TraceGiven(ctx context.Context, block *node.Block, options string) (results []any, err error) {
	var decoded traceOptions
	if err := json.Unmarshal([]byte(options), &decoded); err != nil {
		return nil, err
	}
	session, err := s.session(ctx, &decoded)
	if err != nil {
		return nil, err
	}
	defer session.stop()
	r, err := s.replay(block)
	if err != nil {
		return nil, err
	}
	defer r.close()
	for range block.Transactions {
		result, err := r.trace(session)
		if err != nil {
			return nil, err
		}
		results = append(results, result)
	}
	return results, nil
}
