package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// maxSecretFile bounds a file or input that holds a secret, in bytes.
const maxSecretFile = 4096

// Reasons why a secret could not be read.
var (
	errNoTerminal     = errors.New("the input is no terminal, so nobody can be asked")
	errPassphraseTwin = errors.New("the two passphrases differ")
	errPassphraseNone = errors.New("the passphrase is empty")
	errSecretSize     = fmt.Errorf("more than %d bytes", maxSecretFile)
)

// passphrase reads a passphrase: from a file, else from the person at the terminal,
// who is asked twice for a new one. It is never taken from a flag, because other
// users of a machine see the arguments of its processes.
func (t *terminal) passphrase(file string, fresh bool) (string, error) {
	text, err := t.readPassphrase(file, fresh)
	if err == nil && text == "" {
		err = errPassphraseNone
	}
	if err != nil {
		return "", &Problem{
			Code: "CL-ACCOUNT-001", Why: err, Usage: errors.Is(err, errNoTerminal), What: Text{"no passphrase", "没有口令"},
			Next: Text{"type it at a terminal, or name a file with --passphrase-file", "在终端输入，或用 --passphrase-file 指定文件"},
		}
	}
	return text, nil
}

func (t *terminal) readPassphrase(file string, fresh bool) (string, error) {
	if file != "" {
		content, err := readSecretFile(file)
		line, _, _ := strings.Cut(string(content), "\n")
		return strings.TrimSuffix(line, "\r"), err
	}
	first, err := t.ask(Text{"passphrase: ", "口令："})
	if err != nil || !fresh {
		return first, err
	}
	second, err := t.ask(Text{"passphrase again: ", "再次输入口令："})
	if err == nil && first != second {
		err = errPassphraseTwin
	}
	return first, err
}

// ask reads one line from the person without showing it.
func (t *terminal) ask(question Text) (string, error) {
	file, ok := t.in.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return "", errNoTerminal
	}
	fmt.Fprint(t.err, t.text(question))
	defer fmt.Fprintln(t.err)
	line, err := term.ReadPassword(int(file.Fd()))
	return string(line), err
}

// secretInput reads a secret from the input: typed unseen, or all that is piped in.
func (t *terminal) secretInput(question Text) (string, error) {
	if text, err := t.ask(question); !errors.Is(err, errNoTerminal) {
		return text, err
	}
	content, err := readBounded(t.in)
	return string(bytes.TrimSpace(content)), err
}

func readSecretFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readBounded(file)
}

func readBounded(r io.Reader) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxSecretFile+1))
	if err == nil && len(content) > maxSecretFile {
		err = errSecretSize
	}
	return content, err
}
