package execution

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// check decides whether the message can start, and computes what it pays. It
// changes nothing.
func (a *application) check(gasLeft uint64) error {
	for _, step := range []func() error{a.checkShape, a.checkNonce, a.checkOnce, a.checkFees, a.checkBlobs, func() error { return a.checkGas(gasLeft) }, a.checkFunds, a.checkPolicy} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func (a *application) checkShape() error {
	m := &a.message
	if len(m.Calls) == 0 || uint64(len(m.Calls)) > max(1, a.block.Limits.CallsPerBundle) {
		return invalid(chain.ReasonInvalid, ErrType, "%d calls", len(m.Calls))
	}
	for i := range m.Calls {
		if m.Calls[i].To == nil && len(m.Calls[i].Input) > a.rules.InitcodeMax {
			return invalid(chain.ReasonInvalid, ErrInitcode, "code size %d, limit %d", len(m.Calls[i].Input), a.rules.InitcodeMax)
		}
		if m.Calls[i].To == nil && len(m.Calls) > 1 {
			return invalid(chain.ReasonInvalid, ErrType, "a bundle of calls cannot create contracts")
		}
	}
	if m.Calls[0].To == nil && m.Lane != 0 {
		return invalid(chain.ReasonInvalid, ErrType, "contracts are created in lane 0, whose nonce gives the address: use it, or a deployer contract")
	}
	if m.Protected && m.ChainID != a.block.ChainID {
		return invalid(chain.ReasonInvalid, ErrWrongChain, "have %d, want %d", m.ChainID, a.block.ChainID)
	}
	if m.ValidUntil != 0 && a.block.Height > m.ValidUntil {
		return invalid(chain.ReasonExpired, ErrExpired, "valid until height %d, this is %d", m.ValidUntil, a.block.Height)
	}
	return a.checkDelegations()
}

func (a *application) checkDelegations() error {
	switch m := &a.message; {
	case m.Delegate == nil:
		return nil
	case !a.rules.Delegation:
		return invalid(chain.ReasonInvalid, ErrType, "set code transactions need later rules")
	case len(m.Delegate) == 0:
		return invalid(chain.ReasonInvalid, ErrDelegations, "EIP-7702 transaction with empty auth list (sender %s)", m.Sender)
	case m.Calls[0].To == nil:
		return invalid(chain.ReasonInvalid, ErrDelegations, "EIP-7702 transaction cannot be used to create contract (sender %s)", m.Sender)
	}
	return nil
}

func (a *application) checkNonce() error {
	m := &a.message
	if m.Query || m.System {
		return nil
	}
	if err := a.checkLane(); err != nil {
		return err
	}
	code := a.world.Code(m.Sender)
	if _, delegated := chain.ParseDelegation(code); len(code) > 0 && !delegated && !a.block.CodeSenders {
		return invalid(chain.ReasonInvalid, ErrSenderNotEOA, "address %s, len(code): %d", m.Sender, len(code))
	}
	return nil
}

// checkFees computes the price of gas (EIP-1559). A query without fees pays
// nothing.
func (a *application) checkFees() error {
	m := &a.message
	if m.System || m.Query && m.FeeCap.IsZero() && m.TipCap.IsZero() {
		return nil
	}
	feeCap, tipCap, base := integer(m.FeeCap), integer(m.TipCap), integer(a.block.BaseFee)
	if feeCap.Lt(tipCap) {
		return invalid(chain.ReasonFee, ErrTipAboveFeeCap, "address %s, maxPriorityFeePerGas: %s, maxFeePerGas: %s", m.Sender, tipCap.Dec(), feeCap.Dec())
	}
	if feeCap.Lt(base) {
		return invalid(chain.ReasonFee, ErrFeeCapTooLow, "address %s, maxFeePerGas: %s, baseFee: %s", m.Sender, feeCap.Dec(), base.Dec())
	}
	a.tip.Sub(feeCap, base)
	if tipCap.Lt(&a.tip) {
		a.tip.Set(tipCap)
	}
	a.price.Add(base, &a.tip)
	return nil
}

func (a *application) checkBlobs() error {
	m := &a.message
	if m.BlobHashes == nil {
		return nil
	}
	switch {
	case m.Calls[0].To == nil:
		return invalid(chain.ReasonInvalid, ErrBlobs, "blob transaction of type create")
	case len(m.BlobHashes) == 0:
		return invalid(chain.ReasonInvalid, ErrBlobs, "blob transaction missing blob hashes")
	case a.rules.BlobsPerTx > 0 && len(m.BlobHashes) > a.rules.BlobsPerTx:
		return invalid(chain.ReasonInvalid, ErrBlobs, "blob transaction has too many blobs")
	}
	for i, hash := range m.BlobHashes {
		if hash[0] != 1 {
			return invalid(chain.ReasonInvalid, ErrBlobs, "blob %d has invalid hash version", i)
		}
	}
	if m.BlobFeeCap.Cmp(a.block.BlobFee) < 0 && !a.freeBlobs() {
		return invalid(chain.ReasonFee, ErrBlobFeeCapTooLow, "address %s blobGasFeeCap: %s, blobBaseFee: %s", m.Sender, m.BlobFeeCap, a.block.BlobFee)
	}
	return nil
}

// gasCap is the most gas of one transaction: the rules' or the chain's own limit,
// whichever is lower; 0 for the block's.
func (a *application) gasCap() uint64 {
	own := a.block.Limits.TransactionGas
	if a.rules.GasCap == 0 || own != 0 && own < a.rules.GasCap {
		return own
	}
	return a.rules.GasCap
}

func (a *application) checkGas(gasLeft uint64) error {
	m := &a.message
	if m.System {
		return nil
	}
	if limit := a.gasCap(); limit != 0 && m.Gas > limit && !m.Query {
		return invalid(chain.ReasonGas, ErrGasCap, "cap: %d, tx: %d", limit, m.Gas)
	}
	if m.Gas > gasLeft {
		return invalid(chain.ReasonGas, ErrGasLimit, "transaction wants %d, block has %d left", m.Gas, gasLeft)
	}
	a.intrinsic, a.floor = IntrinsicGas(a.rules, m.Transaction)
	a.intrinsic += a.nativeGas()
	if m.Gas < a.intrinsic {
		return invalid(chain.ReasonGas, ErrIntrinsicGas, "have %d, want %d", m.Gas, a.intrinsic)
	}
	if m.Gas < a.floor {
		return invalid(chain.ReasonGas, ErrFloorGas, "have %d, want %d", m.Gas, a.floor)
	}
	return nil
}

// checkFunds makes sure that the payer can pay for all gas at the fee cap, and
// the sender for the value; it computes what is taken up front.
func (a *application) checkFunds() error {
	m := &a.message
	value, overflow := m.Value()
	gas := uint256.NewInt(m.Gas)
	blobGas := uint256.NewInt(gasPerBlob * uint64(len(m.BlobHashes)))
	worst, much := new(uint256.Int).MulOverflow(gas, integer(m.FeeCap))
	overflow = overflow || much
	blobs, much := new(uint256.Int).MulOverflow(blobGas, integer(m.BlobFeeCap))
	overflow = overflow || much
	_, much = worst.AddOverflow(worst, blobs)
	overflow = overflow || much
	need := integer(value)
	if m.Payer == m.Sender {
		_, much = need.AddOverflow(need, worst)
		overflow = overflow || much
	} else if have := a.world.BalanceInt(m.Payer); have.Lt(worst) {
		return invalid(chain.ReasonBalance, ErrInsufficientFunds, "payer %s have %s want %s", m.Payer, have.Dec(), worst.Dec())
	}
	if have := a.world.BalanceInt(m.Sender); overflow || have.Lt(need) {
		return invalid(chain.ReasonBalance, ErrInsufficientFunds, "address %s have %s want %s", m.Sender, have.Dec(), wanted(need, overflow))
	}
	a.upfront.Mul(gas, &a.price)
	if !a.freeBlobs() {
		a.upfront.Add(&a.upfront, blobGas.Mul(blobGas, integer(a.block.BlobFee)))
	}
	return nil
}

// freeBlobs reports whether a query leaves blob fees out.
func (a *application) freeBlobs() bool { return a.message.Query && a.message.BlobFeeCap.IsZero() }

func wanted(amount *uint256.Int, overflow bool) string {
	if overflow {
		return "more than 256 bits"
	}
	return amount.Dec()
}

func (a *application) checkPolicy() error {
	if a.message.Query {
		return nil
	}
	if a.block.Admit != nil {
		if err := a.block.Admit(a.message.Verified); err != nil {
			return &InvalidError{Reason: chain.ReasonPolicy, Err: err}
		}
	}
	return nil
}

func integer(w chain.Word) *uint256.Int { return new(uint256.Int).SetBytes32(w[:]) }
