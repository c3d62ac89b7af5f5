package testdata_test

import (
	"archive/tar"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
)

func writeArchive(t *testing.T, path string, files map[string]string) {
	t.Helper()
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	zipped := gzip.NewWriter(file)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		header := &tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(content))}
		if err := archive.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	for _, closer := range []interface{ Close() error }{archive, zipped, file} {
		if err := closer.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesReturnsMatchingFilesInOrderOfNames(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(testdata.Variable, dir)
	writeArchive(t, filepath.Join(dir, "a.tar.gz"), map[string]string{"x/b.json": "2", "x/a.json": "1", "x/c.txt": "3"})

	files := testdata.Files(t, "a.tar.gz", func(name string) bool { return strings.HasSuffix(name, ".json") })
	if len(files) != 2 || files[0].Name != "x/a.json" || string(files[0].Data) != "1" || files[1].Name != "x/b.json" {
		t.Fatalf("got %v", files)
	}
}

func TestOpenSkipsWhereTheFileIsAbsent(t *testing.T) {
	t.Setenv(testdata.Variable, t.TempDir())
	skipped := false
	t.Run("asks for a missing file", func(t *testing.T) {
		defer func() { skipped = t.Skipped() }()
		testdata.Open(t, "missing.tar.gz")
	})
	if !skipped {
		t.Fatal("a test whose data is absent was not skipped")
	}
}

func TestDirSaysNoWhereTheVariableNamesAMissingFolder(t *testing.T) {
	t.Setenv(testdata.Variable, filepath.Join(t.TempDir(), "missing"))
	if _, found := testdata.Dir(); found {
		t.Fatal("a missing folder was found")
	}
}
