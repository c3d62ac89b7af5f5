package repository

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const root = "../.."

// skipped are folders that hold no packages of this module.
var skipped = map[string]bool{"node_modules": true, "testdata": true, ".git": true, "interop": true, "oracle": true, "bin": true, "tmp": true}

func eachPackage(t *testing.T, visit func(directory string, files map[string]*ast.File, set *token.FileSet)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !entry.IsDir() {
			return nil
		}
		if skipped[entry.Name()] || path != root && fileExists(filepath.Join(path, "go.mod")) {
			return filepath.SkipDir
		}
		set := token.NewFileSet()
		files := make(map[string]*ast.File)
		sources, err := filepath.Glob(filepath.Join(path, "*.go"))
		if err != nil {
			return err
		}
		for _, source := range sources {
			if strings.HasSuffix(source, "_test.go") {
				continue
			}
			parsed, err := parser.ParseFile(set, source, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			files[source] = parsed
		}
		if len(files) > 0 {
			visit(path, files, set)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	eachPackage(t, func(directory string, files map[string]*ast.File, _ *token.FileSet) {
		for _, file := range files {
			if file.Doc != nil {
				return
			}
		}
		t.Errorf("%s has no package comment", directory)
	})
}

func TestEveryExportedNameIsDocumented(t *testing.T) {
	eachPackage(t, func(_ string, files map[string]*ast.File, set *token.FileSet) {
		for _, file := range files {
			for _, declaration := range file.Decls {
				for _, name := range undocumented(declaration) {
					t.Errorf("%s: %s has no comment", set.Position(name.Pos()), name.Name)
				}
			}
		}
	})
}

// undocumented returns the exported names of a declaration that nothing
// documents. A comment on a group documents its names, as in the standard
// library, and so does a comment behind a name.
func undocumented(declaration ast.Decl) (names []*ast.Ident) {
	switch d := declaration.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && (d.Recv == nil || exportedReceiver(d.Recv)) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && d.Doc == nil && s.Doc == nil && s.Comment == nil {
						names = append(names, name)
					}
				}
			}
		}
	}
	return names
}

func exportedReceiver(receiver *ast.FieldList) bool {
	expression := receiver.List[0].Type
	for {
		switch e := expression.(type) {
		case *ast.StarExpr:
			expression = e.X
		case *ast.IndexExpr:
			expression = e.X
		case *ast.Ident:
			return e.IsExported()
		default:
			return false
		}
	}
}

func TestTheReadmesNameBothCommands(t *testing.T) {
	for _, name := range []string{"README.md", "README.zh.md"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range []string{"go run ./cmd/credible dev", "make test"} {
			if !strings.Contains(string(text), command) {
				t.Errorf("%s does not name %q", name, command)
			}
		}
	}
}
