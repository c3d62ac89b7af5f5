package eth

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// criteria select events. Topics has one list of alternatives for each position;
// an empty list accepts anything.
type criteria struct {
	BlockHash *quantity.Hash     `json:"blockHash"`
	From      *quantity.BlockTag `json:"fromBlock"`
	To        *quantity.BlockTag `json:"toBlock"`
	Addresses oneOrMany          `json:"address"`
	Topics    []topicChoice      `json:"topics"`
}

// oneOrMany is an address, a list of addresses, or null for any.
type oneOrMany []quantity.Address

// UnmarshalJSON implements json.Unmarshaler.
func (o *oneOrMany) UnmarshalJSON(input []byte) error {
	switch {
	case string(input) == "null":
		*o = nil
		return nil
	case len(input) > 0 && input[0] == '[':
		return json.Unmarshal(input, (*[]quantity.Address)(o))
	}
	*o = make(oneOrMany, 1)
	return json.Unmarshal(input, &(*o)[0])
}

// topicChoice is a topic, a list of alternatives, or null for anything.
type topicChoice []quantity.Hash

// UnmarshalJSON implements json.Unmarshaler. A null among the alternatives makes
// the position accept anything, as in geth.
func (c *topicChoice) UnmarshalJSON(input []byte) error {
	switch {
	case string(input) == "null":
		*c = nil
		return nil
	case len(input) > 0 && input[0] == '[':
		var list []*quantity.Hash
		if err := json.Unmarshal(input, &list); err != nil {
			return err
		}
		*c = nil
		for _, topic := range list {
			if topic == nil {
				*c = nil
				return nil
			}
			*c = append(*c, *topic)
		}
		return nil
	}
	*c = make(topicChoice, 1)
	return json.Unmarshal(input, &(*c)[0])
}

func (c *criteria) check(limits Limits) error {
	switch {
	case c.BlockHash != nil && (c.From != nil || c.To != nil):
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other")
	case len(c.Addresses) > limits.LogAddresses:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "exceed max addresses or topics per search position")
	case len(c.Topics) > chain.MaxTopics:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "exceed max topics")
	}
	for _, choice := range c.Topics {
		if len(choice) > limits.LogAddresses {
			return jsonrpc.Errorf(jsonrpc.InvalidParams, "exceed max addresses or topics per search position")
		}
	}
	return nil
}

func (c *criteria) matches(log *chain.Log) bool {
	if len(c.Addresses) > 0 && !slices.Contains(c.Addresses, quantity.Address(log.Address)) {
		return false
	}
	if len(c.Topics) > len(log.Topics) {
		return false
	}
	for i, choice := range c.Topics {
		if len(choice) > 0 && !slices.Contains(choice, quantity.Hash(log.Topics[i])) {
			return false
		}
	}
	return true
}

// inBlock returns the matching events of a block.
func (c *criteria) inBlock(b *node.Block) []logView {
	var views []logView
	first := 0
	for i := range b.Results.Transactions {
		logs := b.Results.Transactions[i].Receipt.Logs
		matched := false
		for j := range logs {
			matched = matched || c.matches(&logs[j])
		}
		if matched {
			for j, view := range viewLogs(b, i, first) {
				if c.matches(&logs[j]) {
					views = append(views, view)
				}
			}
		}
		first += len(logs)
	}
	return views
}

func (s *Service) getLogs(ctx context.Context, params jsonrpc.Params) (any, error) {
	var c criteria
	if err := params.Decode(0, true, &c); err != nil {
		return nil, err
	}
	if err := c.check(s.limits); err != nil {
		return nil, err
	}
	return s.search(ctx, &c)
}

// search runs a log query over the blocks that the criteria name.
func (s *Service) search(ctx context.Context, c *criteria) ([]logView, error) {
	if c.BlockHash != nil {
		block, err := s.block(quantity.BlockTag{Kind: quantity.BlockHash, Hash: c.BlockHash.Value()})
		if err != nil {
			return nil, err
		}
		if block == nil {
			return nil, jsonrpc.Errorf(jsonrpc.ServerError, "unknown block")
		}
		return orEmpty(c.inBlock(block)), nil
	}
	from, to, err := s.logRange(c)
	if err != nil {
		return nil, err
	}
	return s.scan(ctx, c, from, to)
}

func orEmpty(views []logView) []logView {
	if views == nil {
		return []logView{}
	}
	return views
}

func (s *Service) logRange(c *criteria) (from, to uint64, err error) {
	head := s.chain.Head().Header.Height
	place := func(tag *quantity.BlockTag) uint64 {
		switch {
		case tag == nil:
			return head
		case tag.Kind == quantity.BlockNumber:
			return tag.Number
		case tag.Kind == quantity.BlockEarliest:
			return 0
		}
		return head
	}
	from, to = place(c.From), place(c.To)
	switch {
	case from > to:
		return 0, 0, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid block range params")
	case to > head:
		return 0, 0, jsonrpc.Errorf(jsonrpc.InvalidParams, "block range extends beyond current head block")
	case to-from >= s.limits.LogRange:
		return 0, 0, jsonrpc.Errorf(jsonrpc.LimitExceeded, "query spans %d blocks, at most %d are allowed: ask for smaller ranges", to-from+1, s.limits.LogRange)
	}
	return from, to, nil
}

// scan reads results column by column: only blocks with a match are decoded.
func (s *Service) scan(ctx context.Context, c *criteria, from, to uint64) ([]logView, error) {
	found := []logView{}
	for height := from; height <= to; height++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		matches, err := s.anyMatch(c, height)
		if err != nil {
			return nil, err
		}
		if !matches {
			continue
		}
		block, err := s.chain.BlockAt(height)
		if err != nil {
			return nil, err
		}
		if found = append(found, c.inBlock(block)...); len(found) > s.limits.LogResults {
			return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "query returned more than %d results: ask for a smaller range than %d to %d", s.limits.LogResults, from, to)
		}
	}
	return found, nil
}

func (s *Service) anyMatch(c *criteria, height uint64) (bool, error) {
	results, err := s.chain.Ledger().Results(height)
	if err != nil {
		return false, err
	}
	for i := range results.Transactions {
		for j := range results.Transactions[i].Receipt.Logs {
			if c.matches(&results.Transactions[i].Receipt.Logs[j]) {
				return true, nil
			}
		}
	}
	return false, nil
}
