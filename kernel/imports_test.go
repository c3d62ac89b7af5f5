package kernel_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/credibleledger/credibleledger/"

// TestKernelImportsOnlyTheStandardLibrary holds the kernel to its first rule.
func TestKernelImportsOnlyTheStandardLibrary(t *testing.T) {
	eachImport(t, ".", func(file, path string) {
		first, _, _ := strings.Cut(path, "/")
		if strings.HasSuffix(file, "_test.go") && strings.HasPrefix(path, module+"internal/") {
			return // vectors of others are read by the tests' own helper
		}
		if strings.Contains(first, ".") && !strings.HasPrefix(path, module+"kernel") {
			t.Errorf("%s imports %s", file, path)
		}
	})
}

// TestImplementationsDoNotImportEachOther holds obicore to the second rule: a
// module imports the kernel and its own folder, never another module.
func TestImplementationsDoNotImportEachOther(t *testing.T) {
	// Shared primitives are not modules: they implement no direction.
	shared := map[string]bool{"crypto/keccak": true, "crypto/secp256k1": true}
	eachImport(t, filepath.Join("..", "obicore"), func(file, path string) {
		target, inside := strings.CutPrefix(path, module+"obicore/")
		if !inside || strings.HasSuffix(file, "_test.go") {
			return
		}
		relative, _ := filepath.Rel(filepath.Join("..", "obicore"), file)
		if filepath.Dir(relative) == "." {
			return // package obicore is the default choice of modules
		}
		own, imported := moduleOf(filepath.ToSlash(relative)), moduleOf(target+"/x.go")
		if direction, _, _ := strings.Cut(own, "/"); imported == direction+"/internal" {
			return // what the modules of one direction share
		}
		if own == imported || shared[imported] || isRoom(own) && isRoom(imported) || own == "transaction/ethereum" {
			return
		}
		if isRoom(own) && strings.HasPrefix(imported, "transaction/") {
			return // rooms speak the Ethereum family's JSON and wallet language
		}
		t.Errorf("%s imports %s", file, path)
	})
}

func isRoom(name string) bool { return !strings.Contains(name, "/") }

// moduleOf names the module a file belongs to: direction/implementation, or the
// room for node, api, pool and execution.
func moduleOf(path string) string {
	parts := strings.Split(path, "/")
	switch parts[0] {
	case "node", "api", "pool", "execution":
		return parts[0]
	}
	if len(parts) < 3 {
		return parts[0]
	}
	return parts[0] + "/" + parts[1]
}

func eachImport(t *testing.T, root string, visit func(file, path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(file, ".go") {
			return err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			visit(file, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
