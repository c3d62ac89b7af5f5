package wallet_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

// secretOf is a valid secret that is nobody's.
func secretOf(n byte) []byte { return bytes.Repeat([]byte{n}, 32) }

func encrypt(t *testing.T, secret []byte, passphrase string) []byte {
	t.Helper()
	file, err := wallet.Encrypt(secret, passphrase, wallet.Light)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestKeystoreVectorsOpen(t *testing.T) {
	files := testdata.Files(t, "ethereum-tests-small.tar.gz", func(name string) bool {
		return strings.Contains(name, "/KeyStoreTests/") && strings.HasSuffix(name, ".json")
	})
	count := 0
	for _, file := range files {
		var vectors map[string]struct {
			JSON           json.RawMessage
			Password, Priv string
		}
		if err := json.Unmarshal(file.Data, &vectors); err != nil {
			t.Fatal(err)
		}
		for name, vector := range vectors {
			count++
			secret, err := wallet.Decrypt(vector.JSON, vector.Password)
			if err != nil || hex.EncodeToString(secret) != vector.Priv {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := wallet.Decrypt(vector.JSON, vector.Password+" "); !errors.Is(err, wallet.ErrPassphrase) {
				t.Errorf("%s: a wrong passphrase gives %v", name, err)
			}
		}
	}
	t.Logf("%d vectors", count)
	if count < 5 {
		t.Errorf("only %d vectors", count)
	}
}

func TestWhatIsEncryptedCanBeDecrypted(t *testing.T) {
	for _, passphrase := range []string{"", "correct horse", "密码 with spaces\n", strings.Repeat("long", 1000)} {
		file := encrypt(t, secretOf(7), passphrase)
		secret, err := wallet.Decrypt(file, passphrase)
		if err != nil || !bytes.Equal(secret, secretOf(7)) {
			t.Errorf("%.20q: %v", passphrase, err)
		}
	}
}

func TestStandardCostIsThatOfOtherTools(t *testing.T) {
	file, err := wallet.Encrypt(secretOf(7), "x", wallet.Standard)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"n":262144`, `"r":8`, `"p":1`, `"dklen":32`} {
		if !bytes.Contains(file, []byte(want)) {
			t.Errorf("%s is missing", want)
		}
	}
	if secret, err := wallet.Decrypt(file, "x"); err != nil || !bytes.Equal(secret, secretOf(7)) {
		t.Error(err)
	}
	if _, err := wallet.Encrypt(secretOf(7), "x", wallet.Cost(9)); err == nil {
		t.Error("an unknown cost is accepted")
	}
}

func TestAFileHasTheFieldsOfTheFormatAndNoMore(t *testing.T) {
	file := encrypt(t, secretOf(1), "x")
	form := regexp.MustCompile(`^\{"address":"1a642f0e3c3af545e7acbd38b07251b3990914f1",` +
		`"crypto":\{"cipher":"aes-128-ctr","ciphertext":"[0-9a-f]{64}","cipherparams":\{"iv":"[0-9a-f]{32}"\},"kdf":"scrypt",` +
		`"kdfparams":\{"dklen":32,"n":4096,"p":6,"r":8,"salt":"[0-9a-f]{64}"\},"mac":"[0-9a-f]{64}"\},` +
		`"id":"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}","version":3\}$`)
	if !form.Match(file) {
		t.Errorf("the file is %s", file)
	}
	if again := encrypt(t, secretOf(1), "x"); bytes.Equal(file, again) {
		t.Error("two files of one key are the same")
	}
}

func TestSecretsThatAreNoKeysAreNotEncrypted(t *testing.T) {
	order, _ := hex.DecodeString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")
	for _, secret := range [][]byte{nil, secretOf(1)[1:], append(secretOf(1), 1), make([]byte, 32), order, secretOf(0xff)} {
		if _, err := wallet.Encrypt(secret, "x", wallet.Light); !errors.Is(err, wallet.ErrSecret) {
			t.Errorf("%d bytes: %v", len(secret), err)
		}
	}
}

// cheap is a file whose key is derived in one step, with fields to be changed. Its
// content was encrypted with the passphrase "cheap".
func cheap() map[string]any {
	return map[string]any{
		"version": 3, "id": "e13b209c-3b2f-4327-bab0-3bef2e51630d",
		"crypto": map[string]any{
			"cipher": "aes-128-ctr", "cipherparams": map[string]any{"iv": strings.Repeat("07", 16)},
			"ciphertext": "263db1be7770d28137ab6cbd1dbffdbe3fbc05f75f5a1af9a2df72a0313fc10d", "mac": "40a4520da9913a4df1a5e27b752cc652d347ef259f35f40f21b0c5760d7674a4",
			"kdf": "pbkdf2", "kdfparams": map[string]any{"c": 1, "dklen": 32, "prf": "hmac-sha256", "salt": "5a17"},
		},
	}
}

func file(t testing.TB, fields map[string]any) []byte {
	t.Helper()
	encoded, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

// altered is the cheap file with changes to its crypto part.
func altered(t testing.TB, change func(crypto, parameters map[string]any)) []byte {
	fields := cheap()
	crypto := fields["crypto"].(map[string]any)
	change(crypto, crypto["kdfparams"].(map[string]any))
	return file(t, fields)
}

func TestTheCheapFileOpens(t *testing.T) {
	secret, err := wallet.Decrypt(file(t, cheap()), "cheap")
	if err != nil || !bytes.Equal(secret, secretOf(3)) {
		t.Errorf("%v", err)
	}
}

func TestEveryAlteredDigitIsNoticed(t *testing.T) {
	for _, field := range []string{"ciphertext", "mac"} {
		digits := cheap()["crypto"].(map[string]any)[field].(string)
		for i := range digits {
			for _, digit := range []byte("0f") {
				if digits[i] == digit {
					continue
				}
				changed := []byte(digits)
				changed[i] = digit
				bad := altered(t, func(crypto, _ map[string]any) { crypto[field] = string(changed) })
				if _, err := wallet.Decrypt(bad, "cheap"); !errors.Is(err, wallet.ErrPassphrase) {
					t.Fatalf("%s with digit %d changed gives %v", field, i, err)
				}
			}
		}
	}
}

func TestAFileThatNamesAnotherAddressIsRefused(t *testing.T) {
	fields := cheap()
	address, err := wallet.Address(secretOf(3))
	if err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []string{address.String(), address.String()[2:], strings.ToUpper(address.String()[2:])} {
		fields["address"] = spelling
		if _, err := wallet.Decrypt(file(t, fields), "cheap"); err != nil {
			t.Errorf("address %s: %v", spelling, err)
		}
	}
	for _, spelling := range []string{strings.Repeat("11", 20), "0x", "zz"} {
		fields["address"] = spelling
		if _, err := wallet.Decrypt(file(t, fields), "cheap"); !errors.Is(err, wallet.ErrKeystore) {
			t.Errorf("address %s: %v", spelling, err)
		}
	}
}

func TestHostileFilesAreRefusedBeforeAnyWork(t *testing.T) {
	scrypt := func(n, r, p, size any) []byte {
		return altered(t, func(crypto, _ map[string]any) {
			crypto["kdf"], crypto["kdfparams"] = "scrypt", map[string]any{"n": n, "r": r, "p": p, "dklen": size, "salt": "5a17"}
		})
	}
	parameter := func(name string, value any) []byte {
		return altered(t, func(_, parameters map[string]any) { parameters[name] = value })
	}
	crypto := func(name string, value any) []byte {
		return altered(t, func(crypto, _ map[string]any) { crypto[name] = value })
	}
	large := cheap()
	large["padding"] = strings.Repeat("x", wallet.MaxKeystoreFile)
	version := cheap()
	version["version"] = 1
	for name, bad := range map[string][]byte{
		"memory by n": scrypt(1<<30, 8, 1, 32), "memory by r": scrypt(2, 1<<40, 1, 32), "a product that overflows": scrypt(1<<62, 1<<62, 1<<62, 32),
		"work by p": scrypt(1<<12, 8, 1<<20, 32), "n that is no power of two": scrypt(1000, 8, 1, 32), "n of one": scrypt(1, 8, 1, 32),
		"no n": scrypt(0, 8, 1, 32), "negative n": scrypt(-2, 8, 1, 32), "no r": scrypt(2, 0, 1, 32), "negative p": scrypt(2, 8, -1, 32),
		"n as text": scrypt("2", 8, 1, 32), "n beyond integers": scrypt(1e30, 8, 1, 32), "scrypt to a short key": scrypt(2, 8, 1, 16), "scrypt to a long key": scrypt(2, 8, 1, 1<<30),
		"iterations": parameter("c", 1<<40), "no iterations": parameter("c", 0), "negative iterations": parameter("c", -1), "a short key": parameter("dklen", 31), "a long key": parameter("dklen", 1<<31),
		"another function": parameter("prf", "hmac-md5"), "a long salt": parameter("salt", strings.Repeat("00", 257)), "a salt in words": parameter("salt", "salt"),
		"a short iv": crypto("cipherparams", map[string]any{"iv": "00"}), "a long iv": crypto("cipherparams", map[string]any{"iv": strings.Repeat("00", 17)}),
		"no ciphertext": crypto("ciphertext", ""), "a long ciphertext": crypto("ciphertext", strings.Repeat("00", 33)), "half a byte": crypto("ciphertext", "123"),
		"a short mac": crypto("mac", "00"), "another cipher": crypto("cipher", "aes-256-gcm"), "another derivation": crypto("kdf", "argon2id"),
		"no parameters": crypto("kdfparams", nil), "a large file": file(t, large), "another version": file(t, version),
		"nothing": nil, "null": []byte("null"), "a list": []byte("[]"), "half a file": file(t, cheap())[:100], "two files": append(file(t, cheap()), file(t, cheap())...),
	} {
		if _, err := wallet.Decrypt(bad, "cheap"); !errors.Is(err, wallet.ErrKeystore) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestErrorsDoNotQuoteSecrets(t *testing.T) {
	const passphrase = "passphrase-that-nobody-sees"
	secret := secretOf(0xab)
	good := encrypt(t, secret, "other")
	for _, content := range [][]byte{good, []byte(`{"version":"` + hex.EncodeToString(secret) + `"}`)} {
		_, err := wallet.Decrypt(content, passphrase)
		text := fmt.Sprint(err)
		if err == nil || strings.Contains(text, passphrase) || strings.Contains(text, "abab") {
			t.Errorf("the error is %q", text)
		}
	}
	_, err := wallet.Encrypt(secret[1:], passphrase, wallet.Light)
	if text := fmt.Sprint(err); strings.Contains(text, "abab") || strings.Contains(text, "171 171") {
		t.Errorf("the error is %q", text)
	}
}

func FuzzDecrypt(f *testing.F) {
	f.Add(file(f, cheap()))
	f.Add([]byte(`{"version":3,"crypto":{"kdf":"scrypt","kdfparams":{"n":2,"r":1,"p":1,"dklen":32,"salt":""}}}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		secret, err := wallet.Decrypt(content, "cheap")
		if err == nil {
			if _, invalid := wallet.Address(secret); invalid != nil {
				t.Errorf("an opened secret is not valid: %v", invalid)
			}
			return
		}
		if !errors.Is(err, wallet.ErrKeystore) && !errors.Is(err, wallet.ErrPassphrase) {
			t.Errorf("an error of another kind: %v", err)
		}
	})
}
