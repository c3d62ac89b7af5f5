package cli

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/credibleledger/credibleledger/obicore/api/revert"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// Codes of JSON-RPC errors that commands look at.
const (
	codeExecutionReverted = 3
	codeSyncTimeout       = 4 // EIP-7966: no receipt in time
	codeSyncQueued        = 5 // EIP-7966: it waits for another transaction
	codeNoMethod          = -32601
)

// revertReport says why a contract refused.
type revertReport struct {
	Reason string `json:"reason,omitempty"` // empty when only the contract's ABI can tell
	Data   string `json:"data"`
}

func newRevertReport(data string) *revertReport {
	output, err := hex.DecodeString(strings.TrimPrefix(data, "0x"))
	if err != nil {
		return &revertReport{Data: data}
	}
	return &revertReport{Reason: revert.Reason(output), Data: data}
}

// String shows the reason, or the bare data.
func (r *revertReport) String() string {
	switch {
	case r.Reason != "":
		return r.Reason
	case strings.TrimPrefix(r.Data, "0x") == "":
		return "it gives no reason"
	}
	return "data " + r.Data
}

// revertOf reads why a call reverted from the node's error; nil for other errors.
func revertOf(err error) *revertReport {
	var answer *rpcclient.Error
	if !errors.As(err, &answer) || answer.Code != codeExecutionReverted {
		return nil
	}
	data := ""
	if json.Unmarshal(answer.Data, &data) != nil {
		data = "0x"
	}
	return newRevertReport(data)
}

// revertProblem tells a revert from other failures of a call.
func revertProblem(err error) error {
	report := revertOf(err)
	if report == nil {
		return remoteProblem(err)
	}
	return &Problem{
		Code: "CL-RPC-004", Why: errors.New(report.String()), What: Text{"the contract reverted", "合约回退了执行"},
		Next: Text{"the reason is the contract's own; change the arguments or the sender", "原因由合约给出，请修改参数或发送方"},
	}
}

// whyFailed finds the reason of a transaction that failed. A node that traces is
// exact; from others the transaction is called again on the state before its block,
// which can differ when the block had others before it. nil when nothing is found.
func whyFailed(ctx context.Context, client *rpcclient.Client, transaction raw, block, id string) *revertReport {
	var trace struct {
		Output string `json:"output"`
		Error  string `json:"error"`
	}
	if client.Call(ctx, &trace, "debug_traceTransaction", id, map[string]string{"tracer": "callTracer"}) == nil && trace.Error != "" {
		if report := newRevertReport(trace.Output); report.Reason != "" || trace.Output != "" && trace.Output != "0x" {
			return report
		}
		return &revertReport{Reason: trace.Error, Data: "0x"}
	}
	var call struct {
		From  string  `json:"from"`
		To    *string `json:"to,omitempty"`
		Gas   string  `json:"gas"`
		Value string  `json:"value"`
		Input string  `json:"input"`
	}
	height, err := strconv.ParseUint(strings.TrimPrefix(block, "0x"), 16, 63)
	if err != nil || height == 0 || json.Unmarshal(transaction, &call) != nil {
		return nil
	}
	err = client.Call(ctx, nil, "eth_call", call, "0x"+strconv.FormatUint(height-1, 16))
	var answer *rpcclient.Error
	if report := revertOf(err); report != nil || !errors.As(err, &answer) {
		return report
	}
	return &revertReport{Reason: answer.Message, Data: "0x"}
}
