// Command generate makes the Go binding of the matrix's token with abigen, into
// bindings/token.go. The binding is made for each run and not committed: it is
// abigen's text and the bytecode of a compiled library.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/accounts/abi/abigen"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
)

func main() {
	if err := generate(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func generate() error {
	text, err := os.ReadFile(filepath.Join("..", "interop", "clients", "artifacts", "Token.json"))
	if err != nil {
		return fmt.Errorf("%w: build/clients.sh compiles the contracts", err)
	}
	var token struct {
		ABI      json.RawMessage
		Bytecode hexutil.Bytes
	}
	if err := json.Unmarshal(text, &token); err != nil {
		return err
	}
	made, err := abigen.Bind([]string{"Token"}, []string{string(token.ABI)}, []string{common.Bytes2Hex(token.Bytecode)}, nil, "bindings", nil, nil)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join("bindings", "token.go"), []byte(made), 0o644)
}
