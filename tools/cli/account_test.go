package cli_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

type account struct{ Address, File string }

// secret is a key that nobody uses; its address follows.
const (
	secret  = "4646464646464646464646464646464646464646464646464646464646464646"
	address = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"
)

// keys makes an empty keystore and a passphrase file for the commands of a test.
func keys(t *testing.T) (passphrase string) {
	t.Helper()
	t.Setenv("CREDIBLE_KEYSTORE", filepath.Join(t.TempDir(), "keys"))
	return write(t, "passphrase", "correct horse\n")
}

func TestANewAccountIsListedShownAndSigns(t *testing.T) {
	passphrase := keys(t)
	made := decode[account](t, "account", "new", "--light", "--passphrase-file", passphrase)
	listed := decode[[]account](t, "account", "list")
	shown := decode[account](t, "account", "show", made.Address)
	if len(listed) != 1 || listed[0] != made || shown != made {
		t.Errorf("made %v, listed %v, shown %v", made, listed, shown)
	}
	signature := decode[struct {
		Address, Signature string
		Digest             chain.Hash
	}](t, "account", "sign", made.Address, "hello", "--passphrase-file", passphrase)
	if signature.Digest != ethereum.PersonalHash([]byte("hello"), keccak.Keccak256) {
		t.Error("the digest is not that of EIP-191")
	}
	var wire chain.Bytes
	if err := wire.UnmarshalText([]byte(signature.Signature)); err != nil || len(wire) != 65 {
		t.Fatalf("%s: %v", signature.Signature, err)
	}
	wire[64] -= 27
	key, err := secp256k1.New().Recover(signature.Digest, wire)
	if err != nil {
		t.Fatal(err)
	}
	if signer, err := secp256k1.Address(key); err != nil || ethereum.Checksum(signer, keccak.Keccak256) != made.Address {
		t.Errorf("the signature is of %s, not of %s", signer, made.Address)
	}
}

func TestAKeyFileAndAMnemonicAreImported(t *testing.T) {
	passphrase := keys(t)
	if made := decode[account](t, "account", "import", "--light", "--key-file", write(t, "key", "0x"+secret+"\n"), "--passphrase-file", passphrase); made.Address != address {
		t.Errorf("the key gave %s, want %s", made.Address, address)
	}
	// The mnemonic and first address of BIP-39's and MetaMask's examples.
	words := "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
	o := run(t, words+"\n", "account", "import", "--light", "--mnemonic", "--passphrase-file", passphrase)
	if o.code != 0 || !strings.Contains(o.out, "0x9858EfFD232B4033E47d90003D41EC34EcaEda94") {
		t.Errorf("%+v", o)
	}
}

func TestKeysThatEverybodyKnowsAreRefused(t *testing.T) {
	passphrase := keys(t)
	import1 := []string{"account", "import", "--light", "--mnemonic", "--path", wallet.DefaultPath + "7", "--passphrase-file", passphrase}
	if o := run(t, wallet.TestMnemonic, import1...); o.code != 1 || !strings.Contains(o.errors, "CL-ACCOUNT-005") {
		t.Errorf("%+v", o)
	}
	key := write(t, "key", "ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
	refused(t, 1, "CL-ACCOUNT-005", "everybody knows", "account", "import", "--light", "--key-file", key, "--passphrase-file", passphrase)
	if o := run(t, wallet.TestMnemonic, append(import1, "--allow-development")...); o.code != 0 {
		t.Errorf("%+v", o)
	}
}

func TestAccountCommandsRefuseWhatCannotBe(t *testing.T) {
	passphrase := keys(t)
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	refused(t, 1, "CL-ACCOUNT-002", "already", "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	refused(t, 1, "CL-ACCOUNT-002", "secp256k1", "account", "import", "--key-file", write(t, "key", "zz"), "--passphrase-file", passphrase)
	refused(t, 2, "CL-ACCOUNT-001", "terminal", "account", "new")
	refused(t, 1, "CL-ACCOUNT-001", "empty", "account", "new", "--passphrase-file", write(t, "empty", "\n"))
	refused(t, 1, "CL-ACCOUNT-001", "no such file", "account", "new", "--passphrase-file", "/nowhere/at/all")
	refused(t, 1, "CL-ACCOUNT-003", "credible account list", "account", "show", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8")
	refused(t, 1, "CL-ACCOUNT-004", "passphrase is wrong", "account", "sign", address, "x", "--passphrase-file", write(t, "wrong", "wrong"))
	refused(t, 2, "CL-CLI-003", "checksum", "account", "show", "0x70997970c51812dc3A010C7d01b50e0d17dc79C8")
	refused(t, 2, "CL-CLI-003", "one of MESSAGE", "account", "sign", address)
	refused(t, 2, "CL-CLI-000", "key-file", "account", "import")
	refused(t, 2, "CL-CLI-000", "unknown flag", "account", "new", "--passphrase", "secret")
}

func TestSecretsStayInsideTheKeystore(t *testing.T) {
	passphrase := keys(t)
	var printed strings.Builder
	for _, arguments := range [][]string{
		{"account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase},
		{"account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase},
		{"account", "import", "--light", "--key-file", write(t, "key", secret+"00"), "--passphrase-file", passphrase},
		{"account", "list"}, {"account", "show", address}, {"account", "sign", address, "x", "--passphrase-file", passphrase},
	} {
		o := run(t, "", arguments...)
		printed.WriteString(o.out + o.errors)
	}
	if strings.Contains(printed.String(), secret) || strings.Contains(printed.String(), "correct horse") {
		t.Errorf("a secret was printed:\n%s", printed.String())
	}
	file := decode[account](t, "account", "show", address).File
	if content, err := os.ReadFile(file); err != nil || strings.Contains(string(content), secret) {
		t.Errorf("the file shows the secret (%v)", err)
	}
	if info, err := os.Stat(file); errors.Is(err, os.ErrNotExist) || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("others can read the file: %v", info)
	}
}

// TestTypedDataIsSignedAsItsSpecificationSays has the example of EIP-712.
func TestTypedDataIsSignedAsItsSpecificationSays(t *testing.T) {
	passphrase := keys(t)
	key := keccak.Keccak256([]byte("cow"))
	must(t, "account", "import", "--light", "--key-file", write(t, "key", key.String()), "--passphrase-file", passphrase)
	mail := `{"types":{"EIP712Domain":[{"name":"name","type":"string"},{"name":"version","type":"string"},{"name":"chainId","type":"uint256"},{"name":"verifyingContract","type":"address"}],
"Person":[{"name":"name","type":"string"},{"name":"wallet","type":"address"}],"Mail":[{"name":"from","type":"Person"},{"name":"to","type":"Person"},{"name":"contents","type":"string"}]},
"primaryType":"Mail","domain":{"name":"Ether Mail","version":"1","chainId":1,"verifyingContract":"0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC"},
"message":{"from":{"name":"Cow","wallet":"0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826"},"to":{"name":"Bob","wallet":"0xbBbBBBBbbBBBbbbBbbBbbbbBBbBbbbbBbBbbBBbB"},"contents":"Hello, Bob!"}}`
	got := must(t, "account", "sign", "0xCD2a3d9F938E13CD947Ec05AbC7FE734Df8DD826", "--typed-data", write(t, "mail.json", mail), "--passphrase-file", passphrase)
	want := "0x4355c47d63924e8a72e509b65029052eb6c299d53a04e167c5775fd466751c9d07299936d304c153f6443dfa05f40ff007d72911b6f72307f996231605b915621c"
	if strings.TrimSpace(got) != want {
		t.Errorf("%s", got)
	}
}
