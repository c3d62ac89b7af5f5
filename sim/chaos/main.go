package chaos

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/credibleledger/credibleledger/sim/chaos/testbuild"
)

// The environment of a test process in namespaces of its own.
const (
	buildsVariable    = "CHAOS_BUILDS"    // the folder of the test builds
	namespaceVariable = "CHAOS_NAMESPACE" // set inside
)

// Main runs the tests of a package and ends the process. Where the system allows it,
// they run in network and mount namespaces of their own: packets can be dropped and
// small disks mounted there without touching the machine.
//
//	func TestMain(m *testing.M) { chaos.Main(m) }
func Main(m *testing.M) {
	code, err := run(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func run(m *testing.M) (int, error) {
	flag.Parse()
	switch {
	case flag.Lookup("test.list").Value.String() != "":
		return m.Run(), nil
	case os.Getenv(namespaceVariable) != "":
		if err := enterNamespaces(); err != nil {
			return 1, err
		}
		return m.Run(), nil
	}
	folder, err := os.MkdirTemp("", "credible")
	if err != nil {
		return 1, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // of no use to anybody
	if _, err := testbuild.Make(folder); err != nil {
		return 1, err
	}
	if err := os.Setenv(buildsVariable, folder); err != nil {
		return 1, err
	}
	code, err := inNamespaces()
	if err == nil {
		return code, nil
	}
	fmt.Printf("no namespaces here, and so neither lost packets nor full disks: %v\n", err)
	return m.Run(), nil
}

// isolated reports whether this process has namespaces of its own.
func isolated() bool { return os.Getenv(namespaceVariable) != "" }

// builds are the test builds that Main has made.
func builds(t testing.TB) testbuild.Binaries {
	t.Helper()
	folder := os.Getenv(buildsVariable)
	if folder == "" {
		t.Fatal("there are no test builds: TestMain must call chaos.Main")
	}
	return testbuild.In(folder)
}
