package cli

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/cli/abi"
)

// errUnlinked reports bytecode that still has placeholders of libraries.
var errUnlinked = errors.New("the bytecode has placeholders of libraries: link them first")

func (t *terminal) deploy() *cobra.Command {
	var arguments []string
	var signature string
	command := &cobra.Command{
		Use: "deploy FILE", Args: cobra.ExactArgs(1), Short: t.text(Text{"deploy a contract", "部署合约"}),
		Long: t.text(Text{
			"Deploys the bytecode of a file: hexadecimal text, or an artifact of Hardhat or Foundry, whose ABI says what the\nconstructor takes. For hexadecimal text, --constructor says it.",
			"部署文件中的字节码：十六进制文本，或 Hardhat、Foundry 产物（由其 ABI 得知构造函数参数）。\n十六进制文本的构造函数参数类型由 --constructor 指定。",
		}),
		Example: "  credible deploy artifacts/contracts/Token.sol/Token.json --args 1000000 --args \"My Token\"",
	}
	s := t.sendingFlags(command)
	command.Flags().StringArrayVar(&arguments, "args", nil, t.text(Text{"argument of the constructor; may be repeated", "构造函数参数，可重复"}))
	command.Flags().StringVar(&signature, "constructor", "", t.text(Text{`types that the constructor takes, such as "(uint256,string)"`, `构造函数参数类型，如 "(uint256,string)"`}))
	command.RunE = func(command *cobra.Command, files []string) error {
		code, err := readDeployment(files[0], signature, arguments)
		if err != nil {
			return &Problem{
				Code: "CL-DEPLOY-001", Why: err, What: Text{"not a contract that can be deployed: " + files[0], "不是可部署的合约：" + files[0]},
				Next: Text{"give bytecode as hexadecimal text, or an artifact of Hardhat or Foundry, and one --args for each input of the constructor",
					"请提供十六进制字节码，或 Hardhat、Foundry 产物，并为构造函数的每个参数给出一个 --args"},
			}
		}
		report, err := s.send(command.Context(), order{data: code})
		if err != nil {
			return err
		}
		return t.finish(report)
	}
	return command
}

// artifact is what Hardhat and Foundry write for a contract.
type artifact struct {
	ABI      json.RawMessage `json:"abi"`
	Bytecode json.RawMessage `json:"bytecode"`
}

// readDeployment returns bytecode with the encoded arguments behind it.
func readDeployment(path, signature string, arguments []string) ([]byte, error) {
	file, err := readLimited(path, maxInputFile)
	if err != nil {
		return nil, err
	}
	text, inputs := string(file), []abi.Type(nil)
	if file = bytes.TrimSpace(file); len(file) > 0 && file[0] == '{' {
		if text, inputs, err = readArtifact(file); err != nil {
			return nil, err
		}
	}
	if signature != "" {
		f, err := abi.ParseFunction("constructor" + strings.TrimPrefix(strings.TrimSpace(signature), "constructor"))
		if err != nil {
			return nil, err
		}
		inputs = f.Inputs
	}
	code, err := parseBytecode(text)
	if err != nil {
		return nil, err
	}
	encoded, err := abi.EncodeArguments(inputs, arguments)
	return append(code, encoded...), err
}

func readArtifact(file []byte) (bytecode string, inputs []abi.Type, err error) {
	var a artifact
	if err := json.Unmarshal(file, &a); err != nil {
		return "", nil, fmt.Errorf("not a JSON artifact: %w", err)
	}
	if json.Unmarshal(a.Bytecode, &bytecode) != nil {
		var foundry struct {
			Object string `json:"object"`
		}
		if err := json.Unmarshal(a.Bytecode, &foundry); err != nil {
			return "", nil, errors.New("the artifact has no bytecode")
		}
		bytecode = foundry.Object
	}
	if a.ABI != nil {
		inputs, err = abi.Constructor(a.ABI)
	}
	return bytecode, inputs, err
}

func parseBytecode(text string) ([]byte, error) {
	text = strings.TrimPrefix(strings.TrimSpace(text), "0x")
	if strings.Contains(text, "__") {
		return nil, errUnlinked
	}
	code, err := hex.DecodeString(text)
	switch {
	case err != nil:
		return nil, errors.New("the bytecode is not hexadecimal")
	case len(code) == 0:
		return nil, errors.New("the bytecode is empty: an interface or an abstract contract cannot be deployed")
	}
	return code, nil
}
