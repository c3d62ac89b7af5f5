package testdata

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// Variable is the environment variable that names the folder with the data files.
const Variable = "CREDIBLE_TESTDATA"

// maxFileSize bounds one file of an archive, in bytes; the largest known fixture is far below it.
const maxFileSize = 256 << 20

// File is one regular file of an archive.
type File struct {
	// Name is the path inside the archive, with forward slashes.
	Name string
	// Data is the whole content.
	Data []byte
}

// Dir returns the folder with the data files and whether it exists. A CREDIBLE_TESTDATA that names a missing folder
// gives false: there is then no second guess.
func Dir() (string, bool) {
	if dir := os.Getenv(Variable); dir != "" {
		return dir, isDir(dir)
	}
	root, err := repositoryRoot()
	if err != nil {
		return "", false
	}
	dir := filepath.Join(filepath.Dir(root), "shared", "data")
	return dir, isDir(dir)
}

// Open opens a file of the data folder; the test closes it by itself at its end. The test is skipped when the folder
// or the file is absent.
func Open(t testing.TB, name string) *os.File {
	t.Helper()
	dir, found := Dir()
	if !found {
		t.Skipf("needs %s: set %s, or put the data files into ../shared/data beside the repository", name, Variable)
	}
	file, err := os.Open(filepath.Join(dir, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("needs %s in the folder of data files (see %s)", name, Variable)
	}
	if err != nil {
		t.Fatalf("open test data: %v", err)
	}
	t.Cleanup(func() {
		if err := file.Close(); err != nil {
			t.Errorf("close test data: %v", err)
		}
	})
	return file
}

// Each streams a .tar.gz archive of the data folder and calls f with each regular file whose name match accepts
// (nil accepts all), in the order of the archive. The data belongs to f.
func Each(t testing.TB, archive string, match func(name string) bool, f func(name string, data []byte)) {
	t.Helper()
	if err := stream(Open(t, archive), match, f); err != nil {
		t.Fatalf("read test data %s: %v", archive, err)
	}
}

// Files returns the regular files of a .tar.gz archive whose name match accepts (nil accepts all), sorted by name.
// It fails the test when there is none, because a suite that replays nothing proves nothing.
func Files(t testing.TB, archive string, match func(name string) bool) []File {
	t.Helper()
	var files []File
	Each(t, archive, match, func(name string, data []byte) {
		files = append(files, File{Name: name, Data: data})
	})
	if len(files) == 0 {
		t.Fatalf("read test data %s: no file matches", archive)
	}
	sort.Slice(files, func(i, j int) bool { return files[i].Name < files[j].Name })
	return files
}

func stream(source io.Reader, match func(string) bool, f func(string, []byte)) error {
	unzipped, err := gzip.NewReader(source)
	if err != nil {
		return fmt.Errorf("gzip: %w", err)
	}
	archive := tar.NewReader(unzipped)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("tar: %w", err)
		}
		if header.Typeflag != tar.TypeReg || (match != nil && !match(header.Name)) {
			continue
		}
		if header.Size > maxFileSize {
			return fmt.Errorf("%s: %d bytes are more than %d", header.Name, header.Size, maxFileSize)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return fmt.Errorf("%s: %w", header.Name, err)
		}
		f(header.Name, data)
	}
}

// repositoryRoot walks up from the working directory, which go test sets to the folder of the tested package.
func repositoryRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod above the working directory")
		}
		dir = parent
	}
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
