// Command distribution is a distribution of CredibleLedger that replaces one
// module: its chains hash blocks, state and proofs with SHA-512/256.
//
//	go run ./examples/distribution dev --crypto sha512
//
// Everything else – ledger, consensus, EVM, JSON-RPC, command line – is the
// platform's, unchanged. The test beside this file runs the conformance suite
// against the replacement.
package main

import (
	"os"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/cli"
)

func main() {
	registry := obicore.Registry()
	registry.Crypto[Name] = NewSuite()
	os.Exit(cli.Distribution{Registry: registry}.Main(os.Args[1:]))
}
