package bench

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// The families of transactions.
const (
	FamilyEthereum = "ethereum"
	FamilyNative   = "native" // of this platform's chains only
)

// Families are the names of all families of transactions; the first one is the default.
func Families() []string { return []string{FamilyEthereum, FamilyNative} }

// family makes the transactions of a run and gives them to nodes.
type family interface {
	name() string
	// scheme is what its transactions are signed with.
	scheme() (crypto.Scheme, error)
	// accounts makes senders.
	accounts(count int) ([]*account, error)
	// sign makes one transaction of calls, with the account's next nonce.
	sign(a *account, f *fees, calls []order, gas uint64) (signed, error)
	// send gives transactions to a node in one request and returns the places of those
	// that were refused, with the last reason.
	send(ctx context.Context, to *client, raws [][]byte) (refused []int, why error, err error)
	// submission says how send does it.
	submission() string
	// perSender is how many transactions of one sender are under way at most.
	perSender() int
	// requests is how many requests with batches are under way at most.
	requests(senders, batch int) int
}

// openFamily returns the family that the settings name, for the chain of the target.
func (r *run) openFamily(ctx context.Context) (err error) {
	r.family = ethereumFamily{}
	if r.Family == FamilyNative {
		r.family, err = openNative(ctx, r.clients[0], r.Scheme)
	}
	return err
}
