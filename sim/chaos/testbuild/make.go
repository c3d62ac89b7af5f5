package testbuild

import (
	"fmt"
	"os/exec"
	"path/filepath"
)

// command is what is built.
const command = "github.com/credibleledger/credibleledger/sim/chaos/testbuild/credible"

// Binaries are the paths of the test builds.
type Binaries struct {
	Older string // knows version 1 of the rules
	Newer string // and version 2
}

// In says where the binaries of a folder are.
func In(folder string) Binaries {
	return Binaries{Older: filepath.Join(folder, "credible-1"), Newer: filepath.Join(folder, "credible-2")}
}

// Make builds the binaries into a folder.
func Make(folder string) (b Binaries, err error) {
	b = In(folder)
	for rules, path := range map[string]string{"1": b.Older, "2": b.Newer} {
		build := exec.Command("go", "build", "-ldflags", "-X main.rules="+rules, "-o", path, command) //nolint:gosec // a folder of the test's
		if output, err := build.CombinedOutput(); err != nil {
			return b, fmt.Errorf("testbuild: %w: %s", err, output)
		}
	}
	return b, nil
}
