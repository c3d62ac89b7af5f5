package eth

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
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

// query is what the criteria select, whatever the blocks.
func (c *criteria) query() ledger.EventQuery {
	q := ledger.EventQuery{Emitters: make([]chain.Address, len(c.Addresses)), Topics: make([][]chain.Hash, len(c.Topics))}
	for i := range c.Addresses {
		q.Emitters[i] = c.Addresses[i].Value()
	}
	for i, choice := range c.Topics {
		for _, topic := range choice {
			q.Topics[i] = append(q.Topics[i], topic.Value())
		}
	}
	return q
}

// narrow reports whether anything is selected at all.
func narrow(q *ledger.EventQuery) bool {
	any := len(q.Emitters) > 0
	for _, topics := range q.Topics {
		any = any || len(topics) > 0
	}
	return any
}

// inBlock returns the matching events of a block.
func (c *criteria) inBlock(b *node.Block) []logView {
	query := c.query()
	// A block in memory knows its ids.
	views, _ := matching(&query, b.Header, b.Hash, b.Results, func(i int) (chain.Hash, error) { return b.Transactions[i].ID, nil })
	return views
}

// matching returns the events in results that a query selects; id returns the id of a
// transaction.
func matching(query *ledger.EventQuery, header *chain.Header, hash chain.Hash, results *chain.Results, id func(i int) (chain.Hash, error)) ([]logView, error) {
	var views []logView
	first := 0
	for i := range results.Transactions {
		logs := results.Transactions[i].Receipt.Logs
		var shown []logView
		for j := range logs {
			if !query.Matches(&logs[j]) {
				continue
			}
			if shown == nil {
				of, err := id(i)
				if err != nil {
					return nil, err
				}
				shown = viewLogs(header, hash, logs, of, i, first)
			}
			views = append(views, shown[j])
		}
		first += len(logs)
	}
	return views, nil
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
	}
	return from, to, nil
}

// scan asks the index for the blocks that may match and reads what is not indexed.
func (s *Service) scan(ctx context.Context, c *criteria, from, to uint64) ([]logView, error) {
	search := &logSearch{Service: s, query: c.query(), from: from, to: to, found: []logView{}}
	next, err := search.indexed(ctx)
	if err != nil {
		return nil, err
	}
	if next <= to && to-next >= s.limits.LogRange {
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "query spans %d blocks, at most %d are allowed: ask for smaller ranges", to-next+1, s.limits.LogRange)
	}
	for height := next; height <= to; height++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := search.block(height); err != nil {
			return nil, err
		}
	}
	return search.found, nil
}

// logSearch is one search for events.
type logSearch struct {
	*Service
	query    ledger.EventQuery
	from, to uint64
	found    []logView
}

// indexed searches the heights that the ledger has indexed and returns the next one. A
// query that selects everything needs no index, and has a range that is bounded.
func (l *logSearch) indexed(ctx context.Context) (next uint64, err error) {
	indexer, can := l.chain.Ledger().(ledger.EventIndexer)
	if !can || !narrow(&l.query) || l.from > l.to {
		return l.from, nil
	}
	var fault error
	next, err = indexer.Candidates(ctx, l.query, l.from, l.to, func(height uint64) bool {
		fault = l.block(height)
		return fault == nil
	})
	return next, errors.Join(fault, err)
}

// block adds the matching events of a block.
func (l *logSearch) block(height uint64) error {
	r, err := l.chain.ReceiptsAt(height)
	if err != nil {
		return err
	}
	views, err := matching(&l.query, r.Header, r.Hash, r.Results, r.ID)
	if err != nil {
		return err
	}
	if l.found = append(l.found, views...); len(l.found) > l.limits.LogResults {
		return jsonrpc.Errorf(jsonrpc.LimitExceeded, "query returned more than %d results: ask for a smaller range than %d to %d", l.limits.LogResults, l.from, l.to)
	}
	return nil
}
