package eth

import (
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/api/revert"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// simulatedView is a simulated block as clients see it.
type simulatedView struct {
	*blockView
	Calls []simulatedCallView `json:"calls"`
}

// simulatedCallView is what one call came to.
type simulatedCallView struct {
	Output     quantity.Bytes  `json:"returnData"`
	Logs       []logView       `json:"logs"`
	GasUsed    quantity.Uint64 `json:"gasUsed"`
	MaxUsedGas quantity.Uint64 `json:"maxUsedGas"` // before refunds
	Status     quantity.Uint64 `json:"status"`
	Error      *simulatedError `json:"error,omitempty"`
}

// simulatedError says why a call failed.
type simulatedError struct {
	Message string `json:"message"`
	Code    int    `json:"code"`
	Data    string `json:"data,omitempty"`
}

// gasPerBlob is the blob gas of one blob (EIP-4844).
const gasPerBlob = 1 << 17

// fill completes the view of a sealed block.
func (b *blockRun) fill() *simulatedView {
	b.view.blockView = b.service.viewBlock(b.block, b.request.FullTransactions)
	b.view.BlobGasUsed = quantity.Uint64(gasPerBlob * b.blobs)
	shown, first := *b.block, 0
	shown.Results = &chain.Results{Transactions: b.shown}
	for i := range b.view.Calls {
		b.view.Calls[i].Logs = logsOf(&shown, i, first)
		first += len(b.view.Calls[i].Logs)
	}
	return b.view
}

// The pseudo event that shows a transfer of the native unit (ERC-7528 names the
// address, ERC-20 the event).
var (
	transferAddress = chain.Address{
		0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee,
	}
	transferTopic = chain.Hash{
		0xdd, 0xf2, 0x52, 0xad, 0x1b, 0xe2, 0xc8, 0x9b, 0x69, 0xc2, 0xb0, 0x68, 0xfc, 0x37, 0x8d, 0xaa,
		0x95, 0x2b, 0xa7, 0xf1, 0x63, 0xc4, 0xa1, 0x16, 0x28, 0xf5, 0x5a, 0x4d, 0xf5, 0x23, 0xb3, 0xef,
	}
)

// simulatedLogs is a trace that collects events, with transfers of the native
// unit among them. What a failed frame emitted is dropped.
type simulatedLogs struct {
	logs  []chain.Log
	marks []int // for each open frame, the events before it
}

// Enter implements contract.Trace.
func (l *simulatedLogs) Enter(frame contract.Frame) {
	l.marks = append(l.marks, len(l.logs))
	if frame.Kind == contract.DelegateCall || frame.Kind == contract.CallCode || frame.Value.IsZero() {
		return
	}
	l.logs = append(l.logs, chain.Log{
		Address: transferAddress, Topics: []chain.Hash{transferTopic, asTopic(frame.Caller), asTopic(frame.Code)}, Data: frame.Value[:],
	})
}

// Exit implements contract.Trace.
func (l *simulatedLogs) Exit(_ int, outcome contract.Outcome, _ uint64) {
	n := len(l.marks)
	if n == 0 {
		return
	}
	if outcome.Err != nil {
		l.logs = l.logs[:l.marks[n-1]]
	}
	l.marks = l.marks[:n-1]
}

// Log implements contract.Trace.
func (l *simulatedLogs) Log(log chain.Log) {
	log.Data = append([]byte(nil), log.Data...)
	l.logs = append(l.logs, log)
}

// Step implements contract.Trace.
func (l *simulatedLogs) Step(contract.Step) {}

func asTopic(a chain.Address) (topic chain.Hash) {
	copy(topic[chain.HashSize-chain.AddressSize:], a[:])
	return topic
}

// viewSimulatedCall shows what a call came to, without its events.
func viewSimulatedCall(run *execution.Run, capped bool) simulatedCallView {
	view := simulatedCallView{
		GasUsed: quantity.Uint64(run.GasUsed), MaxUsedGas: quantity.Uint64(run.GasPeak), Status: 1,
	}
	if run.Succeeded {
		view.Output = run.Output
		return view
	}
	view.Status = 0
	if errors.Is(run.Fault, contract.ErrRevert) {
		view.Error = &simulatedError{Message: contract.ErrRevert.Error(), Code: jsonrpc.ExecutionReverted, Data: quantity.Bytes(run.Output).String()}
		if reason := revert.Reason(run.Output); reason != "" {
			view.Error.Message += ": " + reason
		}
		return view
	}
	view.Error = &simulatedError{Message: run.Fault.Error(), Code: codeVMError}
	if capped {
		view.Error.Message += " (gas limit was capped by the RPC server's global gas cap)"
	}
	return view
}
