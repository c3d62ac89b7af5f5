// Package vectors reads Wycheproof's test vectors. It is imported by tests only, and
// takes the file system as an argument, so that the vectors themselves (more than
// 100 MB) are never linked into a program.
package vectors

import (
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"testing"
)

// Bytes is a hexadecimal string of a vector file.
type Bytes []byte

// UnmarshalJSON implements json.Unmarshaler.
func (b *Bytes) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(text)
	*b = decoded
	return err
}

// File is the part of a vector file that the tests use.
type File struct {
	NumberOfTests int     `json:"numberOfTests"`
	Groups        []Group `json:"testGroups"`
}

// Group is a set of cases with one public key (signatures) or one shape (ciphers, MACs).
type Group struct {
	PublicKey struct {
		Uncompressed Bytes `json:"uncompressed"`
		Ed25519      Bytes `json:"pk"`
	} `json:"publicKey"`
	KeySize int    `json:"keySize"` // bits
	IVSize  int    `json:"ivSize"`  // bits
	TagSize int    `json:"tagSize"` // bits
	Cases   []Case `json:"tests"`
}

// Case is one vector.
type Case struct {
	ID        int      `json:"tcId"`
	Comment   string   `json:"comment"`
	Flags     []string `json:"flags"`
	Message   Bytes    `json:"msg"`
	Signature Bytes    `json:"sig"`
	Key       Bytes    `json:"key"`
	IV        Bytes    `json:"iv"`
	AAD       Bytes    `json:"aad"`
	Sealed    Bytes    `json:"ct"`
	Tag       Bytes    `json:"tag"`
	Result    string   `json:"result"`
}

// Valid reports whether the vector says that the case is to be accepted.
func (c Case) Valid() bool { return c.Result == "valid" }

// Load reads one file and checks that it holds as many cases as it says.
func Load(t testing.TB, files fs.FS, name string) File {
	t.Helper()
	data, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	var file File
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, group := range file.Groups {
		count += len(group.Cases)
	}
	if count == 0 || count != file.NumberOfTests {
		t.Fatalf("%s has %d cases, says %d", name, count, file.NumberOfTests)
	}
	return file
}
