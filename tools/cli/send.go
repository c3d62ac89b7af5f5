package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/cli/abi"
)

// input has the flags that say what a contract is called with.
type input struct {
	data      string
	signature string
	function  *abi.Function // of signature
}

func (t *terminal) inputFlags(command *cobra.Command) *input {
	i := &input{}
	command.Flags().StringVar(&i.data, "data", "", t.text(Text{"input in hexadecimal", "十六进制输入数据"}))
	command.Flags().StringVar(&i.signature, "signature", "", t.text(Text{
		`function to call, such as "transfer(address,uint256)(bool)"; its arguments follow`, `要调用的函数，如 "transfer(address,uint256)(bool)"，其后为参数`,
	}))
	command.MarkFlagsMutuallyExclusive("data", "signature")
	return i
}

// encode returns the input of the call.
func (i *input) encode(arguments []string) (data []byte, err error) {
	defer func() {
		if err != nil {
			err = argumentProblem(err, Text{"the input cannot be encoded", "无法编码输入数据"})
		}
	}()
	if i.signature == "" {
		if len(arguments) > 0 {
			return nil, errors.New("arguments need --signature")
		}
		return parseHex(i.data)
	}
	if i.function, err = abi.ParseFunction(i.signature); err != nil {
		return nil, err
	}
	return i.function.Call(arguments)
}

func parseHex(text string) ([]byte, error) {
	data, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(text), "0x"))
	if err != nil {
		return nil, fmt.Errorf("%.60q is not hexadecimal", text)
	}
	return data, nil
}

// recipient reads --to, which must be there.
func recipient(text string) (*chain.Address, error) {
	if text == "" {
		return nil, argumentProblem(errors.New("--to is missing"), Text{"no recipient", "未指定接收方"})
	}
	address, err := parseAddress(text)
	return &address, err
}

func (t *terminal) send() *cobra.Command {
	var to string
	command := &cobra.Command{
		Use: "send --to ADDRESS [ARGUMENT...]", Short: t.text(Text{"send a transaction and wait for its receipt", "发送交易并等待回执"}),
		Long: t.text(Text{
			"Sends value or a contract call, signed with a key of the keystore or by a development node, and waits for the receipt.\nArguments of --signature that start with - stand behind --.",
			"发送转账或合约调用（由密钥库或开发节点签名），并等待回执。\n--signature 的参数若以 - 开头，请放在 -- 之后。",
		}),
		Example: "  credible send --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --value 1.5ether\n  credible send --to CONTRACT --signature \"set(uint256)\" 42",
	}
	s, in := t.sendingFlags(command), t.inputFlags(command)
	command.Flags().StringVar(&to, "to", "", t.text(Text{"recipient", "接收方"}))
	command.RunE = func(command *cobra.Command, arguments []string) error {
		address, err := recipient(to)
		if err != nil {
			return err
		}
		data, err := in.encode(arguments)
		if err != nil {
			return err
		}
		report, err := s.send(command.Context(), order{to: address, data: data})
		if err != nil {
			return err
		}
		return t.finish(report)
	}
	return command
}
