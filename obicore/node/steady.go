package node

import "context"

// Era numbers the histories that a development chain has had: it rises with every
// rewind. Era waits for a rewind that is under way. It is 0 on every other chain,
// whose history only grows.
func (c *Chain) Era() uint64 {
	if !c.editable() {
		return 0
	}
	d := c.options.Development
	d.rewinding.RLock()
	defer d.rewinding.RUnlock()
	return d.era
}

// Steady returns what read gives of one history: it reads again when the chain was
// rewound meanwhile, so that an answer is never of two histories, nor an error
// about a block that has just gone. read must change nothing.
func Steady[T any](ctx context.Context, c *Chain, read func() (T, error)) (T, error) {
	for {
		era := c.Era()
		result, err := read()
		if c.Era() == era || ctx.Err() != nil {
			return result, err
		}
	}
}
