package cli

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

func (t *terminal) account() *cobra.Command {
	return t.group("account", Text{"keep keys and sign with them", "管理密钥与签名"},
		t.accountNew, t.accountImport, t.accountList, t.accountShow, t.accountSign)
}

// keystore is where keys are and how they are opened.
type keystore struct {
	path           string
	passphraseFile string
}

// keystoreFlags adds the flags of commands that use keys.
func (t *terminal) keystoreFlags(command *cobra.Command, secret bool) *keystore {
	k := &keystore{}
	command.Flags().StringVar(&k.path, "keystore", "", t.text(Text{
		"directory of keystore files (default: $CREDIBLE_KEYSTORE or ~/.credible/keystore)", "密钥库目录（默认：$CREDIBLE_KEYSTORE 或 ~/.credible/keystore）",
	}))
	if secret {
		command.Flags().StringVar(&k.passphraseFile, "passphrase-file", "", t.text(Text{
			"file with the passphrase in its first line (default: ask)", "首行为口令的文件（默认：在终端询问）",
		}))
	}
	return k
}

func (k *keystore) directory() (*wallet.Directory, error) {
	for _, choice := range []string{k.path, os.Getenv("CREDIBLE_KEYSTORE")} {
		if choice != "" {
			return &wallet.Directory{Path: choice}, nil
		}
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil, keystoreProblem(err)
	}
	return &wallet.Directory{Path: filepath.Join(home, ".credible", "keystore")}, nil
}

// keystoreProblem explains why a key was not made, read or used.
func keystoreProblem(why error) error {
	var problem *Problem
	if why == nil || errors.As(why, &problem) {
		return why
	}
	problem = &Problem{
		Code: "CL-ACCOUNT-002", Why: why, What: Text{"the keystore refused", "密钥库操作失败"},
		Next: Text{"mend what the reason says and run the command again", "请按原因修正后重试"},
	}
	switch {
	case errors.Is(why, wallet.ErrNoKey):
		problem.Code, problem.What = "CL-ACCOUNT-003", Text{"the keystore has no such account", "密钥库中没有该账户"}
		problem.Next = Text{"credible account list shows the accounts", "credible account list 列出全部账户"}
	case errors.Is(why, wallet.ErrPassphrase):
		problem.Code, problem.What = "CL-ACCOUNT-004", Text{"the key could not be opened", "无法打开密钥"}
		problem.Next = Text{"check the passphrase; an altered file has to come from a backup", "请检查口令；若文件被改动，请从备份恢复"}
	case errors.Is(why, wallet.ErrWellKnown):
		problem.Code, problem.What = "CL-ACCOUNT-005", Text{"everybody knows this key", "该密钥众所周知"}
		problem.Next = Text{"make a key of your own with credible account new; --allow-development lets this one in for a development chain",
			"请用 credible account new 生成自己的密钥；仅用于开发链时可加 --allow-development"}
	}
	return problem
}

// accountReport is one account as commands show it.
type accountReport struct {
	Address string `json:"address"`
	File    string `json:"file"`
}

func reportAccount(d *wallet.Directory, entry wallet.Entry) accountReport {
	return accountReport{Address: checksummed(entry.Address), File: filepath.Join(d.Path, entry.File)}
}

func checksummed(a chain.Address) string { return ethereum.Checksum(a, keccak.Keccak256) }

func (t *terminal) showAccount(r accountReport) error {
	return t.result(r, func() { t.say(Text{"address  %s\nfile     %s", "地址     %s\n文件     %s"}, r.Address, r.File) })
}

// lightFlag chooses the cheaper encryption of keys of little worth.
func (t *terminal) lightFlag(command *cobra.Command) *bool {
	return command.Flags().Bool("light", false, t.text(Text{
		"encrypt with less work, for keys of little worth", "以较低强度加密，仅适用于低价值密钥",
	}))
}

func (t *terminal) accountNew() *cobra.Command {
	command := &cobra.Command{Use: "new", Args: cobra.NoArgs, Short: t.text(Text{"make a key", "生成密钥"})}
	k, light := t.keystoreFlags(command, true), t.lightFlag(command)
	command.RunE = func(*cobra.Command, []string) error {
		return t.addAccount(k, *light, false, func(d *wallet.Directory, passphrase string) (wallet.Entry, error) { return d.New(passphrase) })
	}
	return command
}

// addAccount asks for the passphrase of a new keystore file and lets add write it.
func (t *terminal) addAccount(k *keystore, light, development bool, add func(*wallet.Directory, string) (wallet.Entry, error)) error {
	directory, err := k.directory()
	if err != nil {
		return err
	}
	directory.AllowDevelopment = development
	if light {
		directory.Cost = wallet.Light
	}
	passphrase, err := t.passphrase(k.passphraseFile, true)
	if err != nil {
		return err
	}
	entry, err := add(directory, passphrase)
	if err != nil {
		return keystoreProblem(err)
	}
	return t.showAccount(reportAccount(directory, entry))
}

func (t *terminal) accountImport() *cobra.Command {
	var keyFile, path string
	var mnemonic, development bool
	command := &cobra.Command{
		Use: "import (--key-file FILE | --mnemonic)", Args: cobra.NoArgs, Short: t.text(Text{"take over a key", "导入密钥"}),
		Long: t.text(Text{
			"Takes over a secret key in hexadecimal from a file, or a mnemonic from the input: typed unseen, or piped in.",
			"从文件导入十六进制私钥，或从标准输入（不回显的键入或管道）导入助记词。",
		}),
	}
	k, light := t.keystoreFlags(command, true), t.lightFlag(command)
	flags := command.Flags()
	flags.StringVar(&keyFile, "key-file", "", t.text(Text{"file with the secret key in hexadecimal", "含十六进制私钥的文件"}))
	flags.BoolVar(&mnemonic, "mnemonic", false, t.text(Text{"read a mnemonic from the input", "从标准输入读取助记词"}))
	flags.StringVar(&path, "path", wallet.DefaultPath+"0", t.text(Text{"derivation path under the mnemonic", "助记词的派生路径"}))
	flags.BoolVar(&development, "allow-development", false, t.text(Text{"let in the keys of the test mnemonic", "允许测试助记词的密钥"}))
	command.MarkFlagsMutuallyExclusive("key-file", "mnemonic")
	command.MarkFlagsOneRequired("key-file", "mnemonic")
	command.RunE = func(*cobra.Command, []string) error {
		add, err := t.importer(keyFile, path)
		if err != nil {
			return keystoreProblem(err)
		}
		return t.addAccount(k, *light, development, add)
	}
	return command
}

// importer reads the secret and returns how to write it.
func (t *terminal) importer(keyFile, path string) (func(*wallet.Directory, string) (wallet.Entry, error), error) {
	if keyFile == "" {
		words, err := t.secretInput(Text{"mnemonic: ", "助记词："})
		if err != nil {
			return nil, err
		}
		return func(d *wallet.Directory, passphrase string) (wallet.Entry, error) {
			return d.ImportMnemonic(words, path, passphrase)
		}, nil
	}
	content, err := readSecretFile(keyFile)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(content)), "0x"))
	if err != nil {
		return nil, wallet.ErrSecret // the text itself is a secret
	}
	return func(d *wallet.Directory, passphrase string) (wallet.Entry, error) {
		return d.Import(secret, passphrase)
	}, nil
}

func (t *terminal) accountList() *cobra.Command {
	command := &cobra.Command{Use: "list", Args: cobra.NoArgs, Short: t.text(Text{"list the accounts", "列出账户"})}
	k := t.keystoreFlags(command, false)
	command.RunE = func(*cobra.Command, []string) error {
		directory, err := k.directory()
		if err != nil {
			return err
		}
		entries, err := directory.List()
		if err != nil {
			return keystoreProblem(err)
		}
		reports := []accountReport{}
		for _, entry := range entries {
			reports = append(reports, reportAccount(directory, entry))
		}
		return t.result(reports, func() {
			for _, r := range reports {
				fmt.Fprintf(t.out, "%s  %s\n", r.Address, r.File)
			}
			if len(reports) == 0 {
				t.say(Text{"no accounts in %s; credible account new makes one", "%s 中没有账户；可用 credible account new 生成"}, directory.Path)
			}
		})
	}
	return command
}

func (t *terminal) accountShow() *cobra.Command {
	command := &cobra.Command{Use: "show ADDRESS", Args: cobra.ExactArgs(1), Short: t.text(Text{"show where an account's key is", "显示账户的密钥位置"})}
	k := t.keystoreFlags(command, false)
	command.RunE = func(_ *cobra.Command, arguments []string) error {
		address, err := parseAddress(arguments[0])
		if err != nil {
			return err
		}
		directory, err := k.directory()
		if err != nil {
			return err
		}
		entry, err := entryOf(directory, address)
		if err != nil {
			return keystoreProblem(err)
		}
		return t.showAccount(reportAccount(directory, entry))
	}
	return command
}

// entryOf finds an account in a keystore: wallet.ErrNoKey when it has none.
func entryOf(directory *wallet.Directory, address chain.Address) (wallet.Entry, error) {
	entries, err := directory.List()
	if err != nil {
		return wallet.Entry{}, err
	}
	for _, entry := range entries {
		if entry.Address == address {
			return entry, nil
		}
	}
	return wallet.Entry{}, fmt.Errorf("%w: %s", wallet.ErrNoKey, address)
}

func parseAddress(text string) (chain.Address, error) {
	address, err := ethereum.ParseAddress(text, keccak.Keccak256)
	if err != nil {
		return address, argumentProblem(fmt.Errorf("%.100q: %w", text, err), Text{"not an address", "不是有效的地址"})
	}
	return address, nil
}

// argumentProblem is the problem of an argument or flag that cannot be read.
func argumentProblem(why error, what Text) error {
	return &Problem{
		Code: "CL-CLI-003", Usage: true, Why: why, What: what,
		Next: Text{"credible COMMAND --help explains the arguments", "credible 命令 --help 说明各参数"},
	}
}
