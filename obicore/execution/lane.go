package execution

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Replay protection (formats, The native transaction). Lane 0 is the nonce of the account; the lanes
// above it have nonces of their own, in the storage of chain.LaneAddress; the unordered
// lane has none, and its transactions are protected by their ids for as long as they are
// valid: that is why they may be valid for a window of heights only.

// NextNonce returns the nonce with which the next transaction of a lane starts. The
// unordered lane has none: any nonce starts, and 0 is returned.
func NextNonce(world *state.State, sender chain.Address, lane uint64) uint64 {
	switch lane {
	case 0:
		return world.Nonce(sender)
	case chain.UnorderedLane:
		return 0
	}
	nonce, _ := world.Slot(chain.LaneAddress, chain.LaneSlot(sender, lane)).Uint64()
	return nonce
}

// spend uses up the nonce of a transaction that starts. A creation in lane 0 leaves that
// to the machine, which derives the new address from the nonce.
func spend(world *state.State, t *chain.Verified) {
	switch {
	case t.System || t.Lane == chain.UnorderedLane:
	case t.Lane != 0 || t.Calls[0].To != nil:
		setNonce(world, t.Sender, t.Lane, NextNonce(world, t.Sender, t.Lane)+1) // a query may leave its nonce out
	}
}

func setNonce(world *state.State, sender chain.Address, lane, nonce uint64) {
	if lane == 0 {
		world.SetNonce(sender, nonce)
		return
	}
	world.SetSlot(chain.LaneAddress, chain.LaneSlot(sender, lane), chain.WordFromUint64(nonce))
}

// checkLane refuses a nonce that is not next in its lane.
func (a *application) checkLane() error {
	m := &a.message
	if m.Lane == chain.UnorderedLane {
		return a.checkValidity()
	}
	switch nonce := NextNonce(a.world, m.Sender, m.Lane); {
	case nonce < m.Nonce && !m.Future:
		return invalid(chain.ReasonNonce, ErrNonceTooHigh, "address %s, tx: %d state: %d", m.Sender, m.Nonce, nonce)
	case nonce > m.Nonce:
		return invalid(chain.ReasonNonce, ErrNonceTooLow, "address %s, tx: %d state: %d", m.Sender, m.Nonce, nonce)
	case nonce+1 < nonce:
		return invalid(chain.ReasonNonce, ErrNonceMax, "address %s, nonce: %d", m.Sender, nonce)
	}
	return nil
}

// checkValidity refuses an unordered transaction that would be valid for longer than its
// id is remembered.
func (a *application) checkValidity() error {
	m, window := &a.message, a.block.Window
	switch {
	case m.ValidUntil == 0:
		return invalid(chain.ReasonExpired, ErrUnbounded, "give it a height up to which it is valid, at most %d ahead", window)
	case m.ValidUntil > a.block.Height && m.ValidUntil-a.block.Height > window:
		return invalid(chain.ReasonExpired, ErrUnbounded, "valid until height %d, this is %d and ids are remembered for %d", m.ValidUntil, a.block.Height, window)
	}
	return nil
}

// checkOnce refuses an id that the window has seen.
func (a *application) checkOnce() error {
	if !a.message.Once || a.message.Query || a.block.Included == nil {
		return nil
	}
	switch included, err := a.block.Included(a.message.ID); {
	case err != nil:
		return err
	case included:
		return invalid(chain.ReasonDuplicate, ErrDuplicate, "id %s was included in the last %d blocks", a.message.ID, a.block.Window)
	}
	return nil
}

// Gas prices that Ethereum has no name for.
const (
	gasCall      = 2_600  // each call of a bundle after the first: a cold account (EIP-2929)
	gasCallValue = 6_700  // value that such a call carries: CALL's 9,000 less its stipend
	gasPayer     = 3_000  // the fee payer's signature: ECRECOVER
	gasLane      = 5_000  // the nonce of a lane in use: an SSTORE of a warm slot
	gasNewLane   = 22_100 // of one that is used for the first time: a cold, new slot
)

// nativeGas is what a transaction costs beside Ethereum's intrinsic gas.
func (a *application) nativeGas() (gas uint64) {
	m := &a.message
	for i := range m.Calls[1:] {
		gas += gasCall
		if !m.Calls[1+i].Value.IsZero() {
			gas += gasCallValue
		}
	}
	if m.Payer != m.Sender {
		gas += gasPayer
	}
	switch {
	case m.Lane == 0 || m.Lane == chain.UnorderedLane || m.Query:
	case NextNonce(a.world, m.Sender, m.Lane) == 0:
		gas += gasNewLane
	default:
		gas += gasLane
	}
	return gas
}
