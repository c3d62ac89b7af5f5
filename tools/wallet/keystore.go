package wallet

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Limits of a keystore file.
const (
	MaxKeystoreFile = 16 << 10 // bytes
	secretSize      = 32
	keySize         = 32 // of the derived key: 16 bytes encrypt, 16 authenticate
)

// Errors of keystore files. ErrPassphrase also stands for a file whose content
// was altered, because the two cannot be told apart.
var (
	ErrPassphrase = errors.New("wallet: the passphrase is wrong, or the keystore file was altered")
	ErrKeystore   = errors.New("wallet: this is not a keystore file of version 3 that can be read")
	ErrSecret     = errors.New("wallet: the secret is not a secp256k1 secret key of 32 bytes")
)

// keystoreFile is the file's JSON (Web3 Secret Storage, version 3).
type keystoreFile struct {
	Address string         `json:"address,omitempty"`
	Crypto  keystoreCrypto `json:"crypto"`
	ID      string         `json:"id"`
	Version int            `json:"version"`
}

type keystoreCrypto struct {
	Cipher       string          `json:"cipher"`
	CipherText   string          `json:"ciphertext"`
	CipherParams cipherParams    `json:"cipherparams"`
	KDF          string          `json:"kdf"`
	KDFParams    json.RawMessage `json:"kdfparams"`
	MAC          string          `json:"mac"`
}

type cipherParams struct {
	IV string `json:"iv"`
}

// Encrypt returns a keystore file that holds a secp256k1 secret key of 32 bytes
// under a passphrase.
func Encrypt(secret []byte, passphrase string, cost Cost) ([]byte, error) {
	address, err := Address(secret)
	if err != nil {
		return nil, err
	}
	var random [32 + aes.BlockSize + 16]byte
	if _, err := rand.Read(random[:]); err != nil {
		return nil, fmt.Errorf("wallet: randomness: %w", err)
	}
	salt, iv, id := random[:32], random[32:48], random[48:]
	parameters, err := cost.parameters(salt)
	if err != nil {
		return nil, err
	}
	key, err := parameters.derive(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	text, err := applyCipher(key, iv, secret)
	if err != nil {
		return nil, err
	}
	encoded, err := json.Marshal(parameters)
	if err != nil {
		return nil, err
	}
	mac := macOf(key, text)
	return json.Marshal(keystoreFile{
		Address: hex.EncodeToString(address[:]), ID: uuid([16]byte(id)), Version: 3,
		Crypto: keystoreCrypto{
			Cipher: "aes-128-ctr", CipherText: hex.EncodeToString(text), CipherParams: cipherParams{hex.EncodeToString(iv)},
			KDF: "scrypt", KDFParams: encoded, MAC: hex.EncodeToString(mac[:]),
		},
	})
}

// Decrypt returns the secret key in a keystore file: ErrKeystore when the file
// cannot be read or asks for more work than the limits allow, ErrPassphrase when
// its content does not open.
func Decrypt(file []byte, passphrase string) (secret []byte, err error) {
	parsed, err := parseKeystore(file)
	if err != nil {
		return nil, err
	}
	derivation, err := parseDerivation(parsed.Crypto.KDF, parsed.Crypto.KDFParams)
	if err != nil {
		return nil, err
	}
	iv, err := unhex("iv", parsed.Crypto.CipherParams.IV, aes.BlockSize, aes.BlockSize)
	if err != nil {
		return nil, err
	}
	mac, err := unhex("mac", parsed.Crypto.MAC, chain.HashSize, chain.HashSize)
	if err != nil {
		return nil, err
	}
	text, err := unhex("ciphertext", parsed.Crypto.CipherText, 1, secretSize)
	if err != nil {
		return nil, err
	}
	key, err := derivation.derive(passphrase)
	if err != nil {
		return nil, err
	}
	defer clear(key)
	if want := macOf(key, text); subtle.ConstantTimeCompare(want[:], mac) != 1 {
		return nil, ErrPassphrase
	}
	plain, err := applyCipher(key, iv, text)
	if err != nil {
		return nil, err
	}
	// Some old wallets dropped leading zeros of the secret.
	secret = make([]byte, secretSize)
	copy(secret[secretSize-len(plain):], plain)
	return secret, parsed.checkAddress(secret)
}

func parseKeystore(file []byte) (parsed keystoreFile, err error) {
	if len(file) > MaxKeystoreFile {
		return parsed, fmt.Errorf("%w: %d bytes, at most %d are read", ErrKeystore, len(file), MaxKeystoreFile)
	}
	if json.Unmarshal(file, &parsed) != nil {
		// The decoder's error may quote the file; what it quotes is nobody's business.
		return parsed, fmt.Errorf("%w: it is not the JSON of one", ErrKeystore)
	}
	switch {
	case parsed.Version != 3:
		return parsed, fmt.Errorf("%w: version %d", ErrKeystore, parsed.Version)
	case parsed.Crypto.Cipher != "aes-128-ctr":
		return parsed, fmt.Errorf("%w: cipher %.32q, want aes-128-ctr", ErrKeystore, parsed.Crypto.Cipher)
	}
	return parsed, nil
}

// checkAddress makes sure that the secret is a key, and that of the address
// which the file names.
func (f *keystoreFile) checkAddress(secret []byte) error {
	address, err := Address(secret)
	if err != nil {
		return fmt.Errorf("%w: its content is not a secret key", ErrKeystore)
	}
	if f.Address == "" {
		return nil
	}
	named, err := parseAddress(f.Address)
	if err != nil {
		return err
	}
	if named != address {
		return fmt.Errorf("%w: it names %s and holds the key of %s", ErrKeystore, named, address)
	}
	return nil
}

func parseAddress(text string) (address chain.Address, err error) {
	if err := address.UnmarshalText([]byte("0x" + strings.TrimPrefix(text, "0x"))); err != nil {
		return address, fmt.Errorf("%w: its address is not one", ErrKeystore)
	}
	return address, nil
}

// Address returns the Ethereum address of a secp256k1 secret key.
func Address(secret []byte) (address chain.Address, err error) {
	var scalar secp256k1.ModNScalar
	if len(secret) != secretSize || scalar.SetByteSlice(secret) || scalar.IsZero() {
		return address, ErrSecret
	}
	public := secp256k1.NewPrivateKey(&scalar).PubKey().SerializeUncompressed()
	digest := keccak.Keccak256(public[1:])
	copy(address[:], digest[chain.HashSize-chain.AddressSize:])
	return address, nil
}

// applyCipher encrypts or decrypts: counter mode is its own inverse.
func applyCipher(key, iv, text []byte) ([]byte, error) {
	block, err := aes.NewCipher(key[:16])
	if err != nil {
		return nil, err
	}
	out := make([]byte, len(text))
	cipher.NewCTR(block, iv).XORKeyStream(out, text)
	return out, nil
}

// macOf authenticates the encrypted text with the second half of the key.
func macOf(key, text []byte) chain.Hash { return keccak.Keccak256(key[16:32], text) }

// unhex decodes a field whose length in bytes lies within bounds.
func unhex(field, digits string, least, most int) ([]byte, error) {
	digits = strings.TrimPrefix(digits, "0x")
	if len(digits) < 2*least || len(digits) > 2*most {
		return nil, fmt.Errorf("%w: %s has %d digits", ErrKeystore, field, len(digits))
	}
	decoded, err := hex.DecodeString(digits)
	if err != nil {
		return nil, fmt.Errorf("%w: %s is not hexadecimal", ErrKeystore, field)
	}
	return decoded, nil
}

// uuid returns a random UUID (RFC 9562, version 4).
func uuid(random [16]byte) string {
	random[6] = random[6]&0x0f | 0x40
	random[8] = random[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", random[:4], random[4:6], random[6:8], random[8:10], random[10:])
}
