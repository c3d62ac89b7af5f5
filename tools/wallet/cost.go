package wallet

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"golang.org/x/crypto/scrypt"
)

// Cost says how much work a passphrase takes to try.
type Cost uint8

// The costs, with the parameters that other Ethereum tools use under the same
// names.
const (
	Standard Cost = iota // scrypt with 256 MiB, about a second
	Light                // scrypt with 4 MiB, for keys of little worth
)

// What a keystore file may ask for. Standard takes a quarter of the work and half
// of the memory.
const (
	maxScryptWork   = 1 << 23   // n·r·p
	maxScryptMemory = 512 << 20 // 128·n·r, in bytes
	maxIterations   = 10_000_000
	maxSalt         = 256 // bytes
	maxDerivedKey   = 64  // bytes
)

// derivation makes a key from a passphrase.
type derivation interface {
	// derive returns at least keySize bytes.
	derive(passphrase string) ([]byte, error)
}

// scryptParameters are those of RFC 7914 as a keystore file spells them.
type scryptParameters struct {
	Size int    `json:"dklen"`
	N    int    `json:"n"`
	P    int    `json:"p"`
	R    int    `json:"r"`
	Salt string `json:"salt"`
}

// pbkdf2Parameters are those of RFC 8018.
type pbkdf2Parameters struct {
	Iterations int    `json:"c"`
	Size       int    `json:"dklen"`
	Function   string `json:"prf"`
	Salt       string `json:"salt"`
}

func (c Cost) parameters(salt []byte) (p scryptParameters, err error) {
	p = scryptParameters{Size: keySize, R: 8, Salt: hex.EncodeToString(salt)}
	switch c {
	case Standard:
		p.N, p.P = 1<<18, 1
	case Light:
		p.N, p.P = 1<<12, 6
	default:
		return p, fmt.Errorf("wallet: cost %d is unknown", c)
	}
	return p, nil
}

// parseDerivation reads the parameters of a file and refuses those that cost too
// much: a file may come from anybody.
func parseDerivation(name string, parameters json.RawMessage) (derivation, error) {
	var (
		parsed interface {
			derivation
			check() error
		}
		err error
	)
	switch name {
	case "scrypt":
		var p scryptParameters
		err = json.Unmarshal(parameters, &p)
		parsed = p
	case "pbkdf2":
		var p pbkdf2Parameters
		err = json.Unmarshal(parameters, &p)
		parsed = p
	default:
		return nil, fmt.Errorf("%w: key derivation %.32q, want scrypt or pbkdf2", ErrKeystore, name)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: its %s parameters cannot be read", ErrKeystore, name)
	}
	return parsed, parsed.check()
}

func (p scryptParameters) check() error {
	switch {
	case p.N < 2 || p.N&(p.N-1) != 0 || p.R < 1 || p.P < 1:
		return fmt.Errorf("%w: scrypt with n=%d, r=%d, p=%d", ErrKeystore, p.N, p.R, p.P)
	// Divisions, so that no product overflows.
	case p.R > maxScryptMemory/128/p.N, p.P > maxScryptWork/p.N/p.R:
		return fmt.Errorf("%w: scrypt with n=%d, r=%d, p=%d takes more work or memory than this wallet gives", ErrKeystore, p.N, p.R, p.P)
	}
	return checkSize(p.Size)
}

func (p scryptParameters) derive(passphrase string) ([]byte, error) {
	salt, err := unhex("salt", p.Salt, 0, maxSalt)
	if err != nil {
		return nil, err
	}
	key, err := scrypt.Key([]byte(passphrase), salt, p.N, p.R, p.P, p.Size)
	if err != nil {
		return nil, fmt.Errorf("%w: scrypt: %w", ErrKeystore, err)
	}
	return key, nil
}

func (p pbkdf2Parameters) check() error {
	switch {
	case p.Function != "hmac-sha256":
		return fmt.Errorf("%w: pbkdf2 with %.32q, want hmac-sha256", ErrKeystore, p.Function)
	case p.Iterations < 1 || p.Iterations > maxIterations:
		return fmt.Errorf("%w: pbkdf2 with %d iterations, want 1 to %d", ErrKeystore, p.Iterations, maxIterations)
	}
	return checkSize(p.Size)
}

func (p pbkdf2Parameters) derive(passphrase string) ([]byte, error) {
	salt, err := unhex("salt", p.Salt, 0, maxSalt)
	if err != nil {
		return nil, err
	}
	key, err := pbkdf2.Key(sha256.New, passphrase, salt, p.Iterations, p.Size)
	if err != nil {
		return nil, fmt.Errorf("%w: pbkdf2: %w", ErrKeystore, err)
	}
	return key, nil
}

func checkSize(size int) error {
	if size < keySize || size > maxDerivedKey {
		return fmt.Errorf("%w: a derived key of %d bytes, want %d to %d", ErrKeystore, size, keySize, maxDerivedKey)
	}
	return nil
}
