package eth

import (
	"bytes"
	"context"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// accessListResult is the answer of eth_createAccessList.
type accessListResult struct {
	AccessList []accessView    `json:"accessList"`
	Error      string          `json:"error,omitempty"`
	GasUsed    quantity.Uint64 `json:"gasUsed"`
}

// maxAccessRounds bounds how often a call is repeated until its list is stable.
const maxAccessRounds = 8

func (s *Service) createAccessList(ctx context.Context, params jsonrpc.Params) (any, error) {
	args, c, err := s.decodeCall(params)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var result *accessListResult
	err = s.bounded(ctx, func(ctx context.Context) error {
		result, err = c.accessList(ctx, &args)
		return err
	})
	return result, err
}

// accessList repeats the call with the list that it yields until the list no
// longer grows: a list changes gas, and gas may change the way a call takes.
func (c *scene) accessList(ctx context.Context, args *arguments) (*accessListResult, error) {
	m := args.message(c.service.chain.Genesis().EVMChainID, c.service.limits.CallGas)
	for round := 0; ; round++ {
		touched := c.newTouched(&m)
		run, err := c.run(ctx, m, touched)
		if err != nil {
			return nil, err
		}
		list := touched.list()
		if round == maxAccessRounds || sameAccess(list, m.Access) {
			result := &accessListResult{AccessList: *viewAccess(list), GasUsed: quantity.Uint64(run.GasUsed)}
			if run.Fault != nil {
				result.Error = run.Fault.Error()
			}
			return result, nil
		}
		t := *m.Transaction
		t.Access = list
		m.Transaction = &t
	}
}

// touched is a trace that collects the slots and addresses that instructions
// name.
type touched struct {
	left  map[chain.Address]bool // warm anyway, so left out unless a slot is read
	slots map[chain.Address]map[chain.Word]bool
}

func (c *scene) newTouched(m *execution.Message) *touched {
	t := &touched{left: map[chain.Address]bool{m.Sender: true}, slots: make(map[chain.Address]map[chain.Word]bool)}
	for _, address := range c.service.chain.Executor().Precompiles(c.rules.Version) {
		t.left[address] = true
	}
	if to := m.Calls[0].To; to != nil {
		t.left[*to] = true
	}
	for _, access := range m.Access {
		t.add(access.Address)
		for _, slot := range access.Slots {
			t.addSlot(access.Address, slot)
		}
	}
	return t
}

func (t *touched) add(address chain.Address) map[chain.Word]bool {
	if t.slots[address] == nil {
		t.slots[address] = make(map[chain.Word]bool)
	}
	return t.slots[address]
}

func (t *touched) addSlot(address chain.Address, slot chain.Word) { t.add(address)[slot] = true }

// Enter implements contract.Trace.
func (t *touched) Enter(frame contract.Frame) {
	if frame.Depth == 0 && frame.Kind == contract.Create {
		t.left[frame.Self] = true
	}
}

// Exit implements contract.Trace.
func (t *touched) Exit(int, contract.Outcome, uint64) {}

// Log implements contract.Trace.
func (t *touched) Log(chain.Log) {}

// Step implements contract.Trace. EIP-2929 names the instructions.
func (t *touched) Step(step contract.Step) {
	switch step.OpName {
	case "SLOAD", "SSTORE":
		if stack := step.Machine.Stack(); len(stack) > 0 {
			t.addSlot(step.Self, stack[len(stack)-1])
		}
	case "EXTCODECOPY", "EXTCODEHASH", "EXTCODESIZE", "BALANCE", "SELFDESTRUCT":
		if stack := step.Machine.Stack(); len(stack) > 0 {
			t.add(addressIn(stack[len(stack)-1]))
		}
	case "DELEGATECALL", "CALL", "STATICCALL", "CALLCODE":
		if stack := step.Machine.Stack(); len(stack) > 1 {
			t.add(addressIn(stack[len(stack)-2]))
		}
	}
}

func addressIn(w chain.Word) (a chain.Address) {
	copy(a[:], w[chain.WordSize-chain.AddressSize:])
	return a
}

func (t *touched) list() []chain.Access {
	list := []chain.Access{}
	for address, slots := range t.slots {
		if t.left[address] && len(slots) == 0 {
			continue
		}
		entry := chain.Access{Address: address, Slots: []chain.Word{}}
		for slot := range slots {
			entry.Slots = append(entry.Slots, slot)
		}
		slices.SortFunc(entry.Slots, chain.Word.Cmp)
		list = append(list, entry)
	}
	slices.SortFunc(list, func(a, b chain.Access) int { return bytes.Compare(a.Address[:], b.Address[:]) })
	return list
}

func sameAccess(a, b []chain.Access) bool {
	return slices.EqualFunc(a, b, func(x, y chain.Access) bool { return x.Address == y.Address && slices.Equal(x.Slots, y.Slots) })
}
