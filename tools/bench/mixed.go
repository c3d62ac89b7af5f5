package bench

import (
	"context"
	"fmt"
)

// mixed is what a consortium's chain sees: of ten transactions six transfers, three
// token transfers and one piece of evidence.
type mixed struct {
	transfers transfers
	tokens    tokens
	evidence  evidence
}

func (m *mixed) kinds() []workload { return []workload{&m.transfers, &m.tokens, &m.evidence} }

// kinds is after how many transactions every kind has come.
const kinds = 10

// kind is which of the kinds the n-th transaction is.
func (*mixed) kind(n int) int { return [...]int{0, 1, 0, 0, 1, 0, 2, 0, 1, 0}[n%kinds] }

func (m *mixed) prepare(ctx context.Context, root *root, senders []*account) error {
	for _, w := range m.kinds() {
		if err := w.prepare(ctx, root, senders); err != nil {
			return err
		}
	}
	return nil
}

func (m *mixed) order(n int) order { return m.kinds()[m.kind(n)].order(n) }

func (m *mixed) gas() uint64 { return m.evidence.gas() }

func (m *mixed) check(ctx context.Context, c *client, numbers []int) error {
	of := make([][]int, len(m.kinds()))
	for _, n := range numbers {
		of[m.kind(n)] = append(of[m.kind(n)], n)
	}
	for i, w := range m.kinds() {
		if err := w.check(ctx, c, of[i]); err != nil {
			return fmt.Errorf("%T: %w", w, err)
		}
	}
	return nil
}
