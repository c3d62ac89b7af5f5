//go:build !unix

package cli

import "os"

// reloadSignals is empty where the system has no such signal: restart the node.
var reloadSignals []os.Signal
