package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

func (t *terminal) block() *cobra.Command {
	command := &cobra.Command{
		Use: "block [NUMBER|HASH|latest]", Args: cobra.MaximumNArgs(1), Short: t.text(Text{"show a block", "显示区块"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, arguments []string) error {
		name := "latest"
		if len(arguments) == 1 {
			name = arguments[0]
		}
		reference, err := parseBlock(name)
		if err != nil {
			return err
		}
		return remoteProblem(t.showBlock(command.Context(), client(), name, reference))
	}
	return command
}

// blockShape is what the command shows of a block.
type blockShape struct {
	Number       string            `json:"number"`
	Hash         string            `json:"hash"`
	ParentHash   string            `json:"parentHash"`
	Timestamp    string            `json:"timestamp"`
	StateRoot    string            `json:"stateRoot"`
	GasUsed      string            `json:"gasUsed"`
	GasLimit     string            `json:"gasLimit"`
	Transactions []json.RawMessage `json:"transactions"`
}

func (t *terminal) showBlock(ctx context.Context, client *rpcclient.Client, name, reference string) error {
	method := "eth_getBlockByNumber"
	if len(reference) == 66 {
		method = "eth_getBlockByHash"
	}
	var answer raw
	if err := client.Call(ctx, &answer, method, reference, false); err != nil {
		return err
	}
	if answer == nil {
		return notFound("block", name)
	}
	var shape blockShape
	if err := json.Unmarshal(answer, &shape); err != nil {
		return err
	}
	return t.result(answer, func() {
		t.say(Text{"block        %s\nhash         %s\nparent       %s\ntime         %s\nstate root   %s\ngas          %s of %s\ntransactions %d",
			"区块         %s\n哈希         %s\n父区块       %s\n时间         %s\n状态根       %s\ngas          %s / %s\n交易数       %d"},
			decimal(shape.Number), shape.Hash, shape.ParentHash, decimal(shape.Timestamp), shape.StateRoot, decimal(shape.GasUsed), decimal(shape.GasLimit), len(shape.Transactions))
		for _, id := range shape.Transactions {
			fmt.Fprintf(t.out, "  %s\n", strings.Trim(string(id), `"`))
		}
	})
}

// decimalNumber reads a height.
func decimalNumber(text string) (uint64, bool) {
	v, err := strconv.ParseUint(text, 10, 63)
	return v, err == nil
}

// decimal shows a quantity in decimal.
func decimal(quantity string) string {
	if v, err := strconv.ParseUint(strings.TrimPrefix(quantity, "0x"), 16, 64); err == nil {
		return strconv.FormatUint(v, 10)
	}
	return quantity
}

func (t *terminal) tx() *cobra.Command {
	command := &cobra.Command{
		Use: "tx HASH", Args: cobra.ExactArgs(1), Short: t.text(Text{"show a transaction and its receipt", "显示交易及其回执"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, arguments []string) error {
		id, err := parseHash(arguments[0])
		if err != nil {
			return err
		}
		return remoteProblem(t.showTransaction(command.Context(), client(), id.String()))
	}
	return command
}

// transactionReport is a transaction with its receipt, as the node gives them.
type transactionReport struct {
	Transaction raw           `json:"transaction"`
	Receipt     raw           `json:"receipt"`
	Revert      *revertReport `json:"revert,omitempty"`
}

type transactionShape struct {
	From  string  `json:"from"`
	To    *string `json:"to"`
	Nonce string  `json:"nonce"`
	Gas   string  `json:"gas"`
	Value string  `json:"value"`
	Input string  `json:"input"`
}

type receiptShape struct {
	Hash     string            `json:"transactionHash"`
	Block    string            `json:"blockNumber"`
	Status   string            `json:"status"`
	GasUsed  string            `json:"gasUsed"`
	Contract *string           `json:"contractAddress"`
	Void     *string           `json:"voidReason"`
	Logs     []json.RawMessage `json:"logs"`
}

func (t *terminal) showTransaction(ctx context.Context, client *rpcclient.Client, id string) error {
	var report transactionReport
	if err := client.Call(ctx, &report.Transaction, "eth_getTransactionByHash", id); err != nil {
		return err
	}
	if report.Transaction == nil {
		return notFound("transaction", id)
	}
	if err := client.Call(ctx, &report.Receipt, "eth_getTransactionReceipt", id); err != nil {
		return err
	}
	var shape transactionShape
	if err := json.Unmarshal(report.Transaction, &shape); err != nil {
		return err
	}
	var outcome receiptShape
	if report.Receipt == nil {
		report.Receipt = raw("null")
	} else if err := json.Unmarshal(report.Receipt, &outcome); err != nil {
		return err
	}
	if outcome.failed() {
		report.Revert = whyFailed(ctx, client, report.Transaction, outcome.Block, id)
	}
	return t.result(report, func() {
		to := t.text(Text{"(creates a contract)", "（创建合约）"})
		if shape.To != nil {
			to = *shape.To
		}
		t.say(Text{"transaction  %s\nfrom         %s\nto           %s\nnonce        %s\nvalue        %s\ngas limit    %s\ninput        %d bytes",
			"交易         %s\n发送方       %s\n接收方       %s\nnonce        %s\n金额         %s\ngas 上限     %s\n输入         %d 字节"},
			id, shape.From, to, decimal(shape.Nonce), bigDecimal(shape.Value), decimal(shape.Gas), (len(shape.Input)-2)/2)
		t.showReceipt(report.Receipt)
		if report.Revert != nil {
			t.say(Text{"reason       %s", "原因         %s"}, report.Revert)
		}
	})
}

func (t *terminal) showReceipt(answer raw) {
	var shape *receiptShape
	if json.Unmarshal(answer, &shape) != nil || shape == nil {
		t.say(Text{"receipt      none yet: the transaction waits in the pool", "回执         暂无：交易仍在交易池中"})
		return
	}
	status := Text{"succeeded", "成功"}
	if shape.Status != "0x1" {
		status = Text{"failed", "失败"}
	}
	if shape.Void != nil {
		status = Text{"void, reason " + decimal(*shape.Void), "无效，原因码 " + decimal(*shape.Void)}
	}
	t.say(Text{"status       %s\nblock        %s\ngas used     %s\nevents       %d", "状态         %s\n区块         %s\n消耗 gas     %s\n事件数       %d"},
		t.text(status), decimal(shape.Block), decimal(shape.GasUsed), len(shape.Logs))
	if shape.Contract != nil {
		t.say(Text{"contract     %s", "合约         %s"}, *shape.Contract)
	}
}
