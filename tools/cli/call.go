package cli

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/cli/abi"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// callReport is the answer of a contract.
type callReport struct {
	Output string `json:"output"`
	Values []any  `json:"values,omitempty"`
}

func (t *terminal) call() *cobra.Command {
	var to, from, block string
	command := &cobra.Command{
		Use: "call --to ADDRESS [ARGUMENT...]", Short: t.text(Text{"ask a contract without a transaction", "调用合约但不发送交易"}),
		Example: "  credible call --to CONTRACT --signature \"balanceOf(address)(uint256)\" 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
	}
	client, in := t.remote(command), t.inputFlags(command)
	flags := command.Flags()
	flags.StringVar(&to, "to", "", t.text(Text{"the contract", "合约地址"}))
	flags.StringVar(&from, "from", "", t.text(Text{"caller that the contract sees", "合约看到的调用方"}))
	flags.StringVar(&block, "block", "latest", t.text(Text{"block whose state is asked: number, hash or latest", "查询哪个区块的状态：高度、哈希或 latest"}))
	command.RunE = func(command *cobra.Command, arguments []string) error {
		reference, err := parseBlock(block)
		if err != nil {
			return err
		}
		contract, err := recipient(to)
		if err != nil {
			return err
		}
		data, err := in.encode(arguments)
		if err != nil {
			return err
		}
		parameters := map[string]string{"to": contract.String(), "input": "0x" + hex.EncodeToString(data)}
		if from != "" {
			caller, err := parseAddress(from)
			if err != nil {
				return err
			}
			parameters["from"] = caller.String()
		}
		return t.runCall(command.Context(), client(), in.function, *contract, parameters, reference)
	}
	return command
}

func (t *terminal) runCall(ctx context.Context, client *rpcclient.Client, f *abi.Function, contract chain.Address, parameters map[string]string, reference string) error {
	var report callReport
	if err := client.Call(ctx, &report.Output, "eth_call", parameters, reference); err != nil {
		return revertProblem(err)
	}
	if f != nil && f.Returns {
		var err error
		if report.Values, err = t.decodeOutput(ctx, client, f, contract, report.Output, reference); err != nil {
			return err
		}
	}
	return t.result(report, func() {
		if report.Values == nil {
			fmt.Fprintln(t.out, report.Output)
		}
		for _, value := range report.Values {
			fmt.Fprintln(t.out, textOf(value))
		}
	})
}

func (t *terminal) decodeOutput(ctx context.Context, client *rpcclient.Client, f *abi.Function, contract chain.Address, output, block string) ([]any, error) {
	data, err := parseHex(output)
	if err == nil {
		var values []any
		if values, err = abi.Decode(f.Outputs, data); err == nil {
			return values, nil
		}
	}
	var code string
	if len(data) == 0 && client.Call(ctx, &code, "eth_getCode", contract, block) == nil && code == "0x" {
		err = errors.New("there is no contract at " + contract.String())
	}
	return nil, &Problem{
		Code: "CL-CALL-001", Why: err, What: Text{"the answer does not fit the signature", "返回值与函数签名不符"},
		Next: Text{"check the address and the outputs in --signature; without outputs the bare answer is shown", "请检查合约地址与 --signature 中的返回类型；不写返回类型则显示原始数据"},
	}
}

// textOf shows a decoded value: strings bare, arrays and tuples as JSON.
func textOf(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fmt.Sprint(value)
	}
	return string(encoded)
}

// parseBlock turns a name of a block into what JSON-RPC takes.
func parseBlock(name string) (reference string, err error) {
	if height, ok := decimalNumber(name); ok {
		return quantityOf(height), nil
	}
	var hash chain.Hash
	switch hexadecimal, prefixed := strings.CutPrefix(name, "0x"); {
	case slices.Contains(blockTags, name), hash.UnmarshalText([]byte(name)) == nil:
		return name, nil
	case prefixed:
		if height, err := strconv.ParseUint(hexadecimal, 16, 63); err == nil {
			return quantityOf(height), nil
		}
	}
	return "", argumentProblem(fmt.Errorf("%.100q is no height, no hash and none of %s", name, strings.Join(blockTags, ", ")), Text{"not a block", "不是有效的区块"})
}

// blockTags are the names that JSON-RPC has for blocks.
var blockTags = []string{"latest", "pending", "earliest", "safe", "finalized"}
