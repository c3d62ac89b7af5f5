// Command credible is CredibleLedger in one binary. It chooses the modules and
// leaves everything else to the packages that they and the tools come from.
package main

import (
	"os"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/cli"
)

func main() { os.Exit(cli.Distribution{Registry: obicore.Registry()}.Main(os.Args[1:])) }
