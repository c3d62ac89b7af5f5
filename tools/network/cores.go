package network

import (
	"os"
	"runtime"
	"strconv"
)

// threads is the variable in a process's environment that says on how many threads its Go
// code runs at a time.
const threads = "GOMAXPROCS"

// environment is that of a node. The nodes of a network on one machine share its cores: each runs
// on as many threads as is its part, rounded up, unless the environment says a number. On
// more they would wake and interrupt each other.
func (p *Processes) environment() []string {
	environment := append(os.Environ(), "CREDIBLE_LANG=en")
	if nodes := len(p.Manifest.Nodes); nodes > 1 && os.Getenv(threads) == "" {
		part := (runtime.GOMAXPROCS(0) + nodes - 1) / nodes
		environment = append(environment, threads+"="+strconv.Itoa(part))
	}
	return environment
}
