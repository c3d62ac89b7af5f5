package executable

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

const command = "github.com/credibleledger/credibleledger/cmd/credible"

var directory string // of this run of tests; set by Main

var build = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("CREDIBLE"); path != "" {
		return path, nil
	}
	if directory == "" {
		return "", fmt.Errorf("executable: Main has not been called by TestMain")
	}
	path := filepath.Join(directory, "credible")
	if output, err := exec.Command("go", "build", "-o", path, command).CombinedOutput(); err != nil { //nolint:gosec // a folder made here
		return "", fmt.Errorf("executable: %w: %s", err, output)
	}
	return path, nil
})

// Main runs the tests of a package and ends the process.
func Main(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	var err error
	if directory, err = os.MkdirTemp("", "credible"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := os.RemoveAll(directory); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	return m.Run()
}

// Path is where the command is; it is built at the first call.
func Path(t testing.TB) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
