// Command credible is the test build of credible; see package testbuild.
package main

import (
	"os"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/sim/chaos/testbuild"
	"github.com/credibleledger/credibleledger/tools/cli"
)

// rules is the newest version of the rules that this binary knows; the linker sets it.
var rules = "1"

func main() {
	d := cli.Distribution{Registry: obicore.Registry(), WallClock: testbuild.WallClock}
	if rules == "2" {
		d.Rules, d.Registry.Contracts = testbuild.RulesTwo(), testbuild.ContractsTwo
	}
	os.Exit(d.Main(os.Args[1:]))
}
