package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// signatureReport is a signed message.
type signatureReport struct {
	Address   string     `json:"address"`
	Digest    chain.Hash `json:"digest"`
	Signature string     `json:"signature"`
}

func (t *terminal) accountSign() *cobra.Command {
	var messageFile, typedFile string
	command := &cobra.Command{
		Use: "sign ADDRESS [MESSAGE]", Args: cobra.RangeArgs(1, 2), Short: t.text(Text{"sign a message", "签署消息"}),
		Long: t.text(Text{
			"Signs a message as personal_sign does (EIP-191), or typed data (EIP-712). A signed message cannot be used as a transaction.",
			"按 personal_sign（EIP-191）签署消息，或签署类型化数据（EIP-712）。签署的消息不会成为交易。",
		}),
	}
	k := t.keystoreFlags(command, true)
	command.Flags().StringVar(&messageFile, "message-file", "", t.text(Text{"file with the message", "消息文件"}))
	command.Flags().StringVar(&typedFile, "typed-data", "", t.text(Text{"JSON file of typed data (EIP-712)", "类型化数据（EIP-712）的 JSON 文件"}))
	command.RunE = func(_ *cobra.Command, arguments []string) error {
		address, err := parseAddress(arguments[0])
		if err != nil {
			return err
		}
		digest, err := messageDigest(arguments[1:], messageFile, typedFile)
		if err != nil {
			return argumentProblem(err, Text{"there is no message to sign", "没有可签署的消息"})
		}
		sign, err := t.unlock(k, address)
		if err != nil {
			return err
		}
		return t.showSignature(address, digest, sign)
	}
	return command
}

func (t *terminal) showSignature(address chain.Address, digest chain.Hash, sign ethereum.SignDigest) error {
	r, s, parity, err := sign(digest)
	if err != nil {
		return keystoreProblem(err)
	}
	signature := append(append(append([]byte{}, r[:]...), s[:]...), 27+parity)
	report := signatureReport{Address: checksummed(address), Digest: digest, Signature: "0x" + hex.EncodeToString(signature)}
	return t.result(report, func() { fmt.Fprintln(t.out, report.Signature) })
}

// messageDigest returns what is signed for the one message that is named.
func messageDigest(arguments []string, messageFile, typedFile string) (chain.Hash, error) {
	named := len(arguments)
	for _, file := range []string{messageFile, typedFile} {
		if file != "" {
			named++
		}
	}
	if named != 1 {
		return chain.Hash{}, errors.New("give one of MESSAGE, --message-file and --typed-data")
	}
	switch {
	case len(arguments) == 1:
		return ethereum.PersonalHash([]byte(arguments[0]), keccak.Keccak256), nil
	case messageFile != "":
		message, err := readLimited(messageFile, maxInputFile)
		return ethereum.PersonalHash(message, keccak.Keccak256), err
	}
	text, err := readLimited(typedFile, ethereum.MaxTypedDataSize)
	if err != nil {
		return chain.Hash{}, err
	}
	typed, err := ethereum.ParseTypedData(text)
	if err != nil {
		return chain.Hash{}, err
	}
	return typed.Hash(keccak.Keccak256)
}

// unlock opens an account's key and returns how it signs.
func (t *terminal) unlock(k *keystore, address chain.Address) (ethereum.SignDigest, error) {
	directory, err := k.directory()
	if err != nil {
		return nil, err
	}
	if _, err := entryOf(directory, address); err != nil {
		return nil, keystoreProblem(err) // before anybody is asked for a passphrase
	}
	passphrase, err := t.passphrase(k.passphraseFile, false)
	if err != nil {
		return nil, err
	}
	secret, err := directory.Unlock(address, passphrase)
	if err != nil {
		return nil, keystoreProblem(err)
	}
	defer clear(secret)
	signer, err := secp256k1.New().Import(secret)
	if err != nil {
		return nil, keystoreProblem(err)
	}
	return ethereum.SignWith(signer), nil
}

// maxInputFile bounds messages, bytecode and artifacts in bytes.
const maxInputFile = 32 << 20

// readLimited reads a file of at most limit bytes.
func readLimited(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", path, limit)
	}
	return content, err
}
