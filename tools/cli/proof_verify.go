package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// proofTrust are the flags that say what is believed.
type proofTrust struct {
	genesis, checkpoint, validators string
	rootDelay                       int
}

func (t *terminal) verifyProof() *cobra.Command {
	var f proofTrust
	command := &cobra.Command{
		Use: "proof FILE", Args: cobra.ExactArgs(1), Short: t.text(Text{"check a proof without a node", "无须节点即可校验证明"}),
		Long: t.text(Text{
			"Checks the votes, the path and every entry of a proof and says in words what it proves.\nExit code 0 only when all holds and rests on what you trust: a genesis file, a checkpoint\nthat credible light --trusted has kept, or the hash of a validator set.",
			"校验证明中的投票、路径与每个条目，并用文字说明所证明的内容。仅当全部成立，且其依据为您所信任者时\n退出码为 0：创世文件、credible light --trusted 保存的检查点，或验证者集合的哈希。",
		}),
		RunE: func(_ *cobra.Command, arguments []string) error { return t.runVerifyProof(arguments[0], &f) },
	}
	flags := command.Flags()
	flags.StringVar(&f.genesis, "genesis", "", t.text(Text{"the chain's genesis file, which is trusted", "受信任的创世文件"}))
	flags.StringVar(&f.checkpoint, "checkpoint", "", t.text(Text{"a file of credible light --trusted, which is trusted", "受信任的检查点文件，由 credible light --trusted 保存"}))
	flags.StringVar(&f.validators, "validators", "", t.text(Text{"hash of a validator set that is trusted", "受信任的验证者集合的哈希"}))
	flags.IntVar(&f.rootDelay, "root-delay", -1, t.text(Text{"the chain's root delay; needed for states and receipts without --genesis", "链的根延迟；没有 --genesis 时，状态与回执需要它"}))
	return command
}

func (t *terminal) runVerifyProof(path string, f *proofTrust) error {
	document, err := readProof(path)
	if err != nil {
		return &Problem{
			Code: "CL-PROOF-003", Why: err, What: Text{"not a proof document: " + path, "不是证明文档：" + path},
			Next: Text{"credible proof fetches one; an altered file cannot be mended", "可用 credible proof 获取；被改动的文件无法修复"},
		}
	}
	trust, err := t.proofTrust(f, document.Crypto)
	if err != nil {
		return argumentProblem(err, Text{"what is to be trusted cannot be read", "无法读取所信任的内容"})
	}
	finding, err := proof.Verify(document, trust, light.ProofOptions(t.Registry))
	if err != nil {
		return refutedProof(err)
	}
	report := newProofReport(path, finding)
	if err := t.result(report, func() { t.showFinding(finding) }); err != nil {
		return err
	}
	return t.incomplete(finding.Assumed)
}

// readProof reads a file of bounded size.
func readProof(path string) (*proof.Document, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Size() > proof.MaxSize {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", proof.ErrFormat, info.Size(), proof.MaxSize)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return proof.Decode(text)
}

func refutedProof(why error) error {
	p := &Problem{
		Code: "CL-PROOF-004", Why: why, What: Text{"the proof does not hold", "证明不成立"},
		Next: Text{"do not believe what it claims; fetch it again with credible proof, from another node", "请勿采信其内容；请用 credible proof 从其他节点重新获取"},
	}
	switch {
	case errors.Is(why, proof.ErrTrust):
		p.Next = Text{"trust what it rests on only if you know it from elsewhere: --checkpoint FILE of a later block, or --validators HASH", "仅当您从别处得知其依据时才予信任：使用较新区块的 --checkpoint 文件，或 --validators 哈希"}
	case errors.Is(why, proof.ErrUnknown):
		p.Next = Text{"use a program that has the modules of the chain", "请使用包含该链所用模块的程序"}
	}
	return p
}

// incomplete says what nobody but the document vouches for.
func (t *terminal) incomplete(assumed []proof.Assumption) error {
	if len(assumed) == 0 {
		return nil
	}
	var why []error
	for _, assumption := range assumed {
		why = append(why, errors.New(t.text(assumptions[assumption])))
	}
	return &Problem{
		Code: "CL-PROOF-005", Why: errors.Join(why...), What: Text{"the proof rests on what you have not said you trust", "证明的依据中有您未声明信任的内容"},
		Next: Text{"name it: --genesis FILE, or --checkpoint FILE, or --validators HASH with --root-delay", "请指明：--genesis 文件、--checkpoint 文件，或 --validators 哈希 与 --root-delay"},
	}
}

// proofTrust reads what the flags name.
func (t *terminal) proofTrust(f *proofTrust, crypto string) (trust proof.Trust, err error) {
	if f.genesis != "" {
		if trust, err = t.genesisTrust(f.genesis); err != nil {
			return trust, err
		}
	}
	if f.checkpoint != "" {
		if err := t.addCheckpoint(&trust, f.checkpoint, crypto); err != nil {
			return trust, err
		}
	}
	if f.validators != "" {
		var set chain.Hash
		if err := set.UnmarshalText([]byte(f.validators)); err != nil {
			return trust, fmt.Errorf("--validators: %w", err)
		}
		trust.Validators = append(trust.Validators, set)
	}
	if f.rootDelay >= 0 && trust.RootDelay == nil {
		delay := uint64(f.rootDelay)
		trust.RootDelay = &delay
	}
	return trust, nil
}

func (t *terminal) genesisTrust(path string) (trust proof.Trust, err error) {
	_, genesis, err := readGenesis(path)
	if err != nil {
		return trust, err
	}
	first, options, err := t.lightGenesis(path)
	if err != nil {
		return trust, err
	}
	if trust, err = proof.FromGenesis(genesis, options.Suite); err != nil {
		return trust, err
	}
	trust.Headers = []chain.Hash{first.Header.Hash(options.Suite)}
	return trust, nil
}

// addCheckpoint trusts a checkpoint, too.
func (t *terminal) addCheckpoint(trust *proof.Trust, path, crypto string) error {
	checkpoint, err := readCheckpoint(path)
	if err != nil {
		return err
	}
	suite, err := t.Registry.CryptoSuite(crypto)
	if err != nil {
		return err
	}
	more, err := checkpoint.Trust(suite)
	if err != nil {
		return err
	}
	if !trust.Chain.IsZero() && trust.Chain != more.Chain {
		return fmt.Errorf("%w: it is of chain %s, the genesis file is of %s", light.ErrCheckpoint, more.Chain, trust.Chain)
	}
	trust.Chain = more.Chain
	trust.Validators, trust.Headers = append(trust.Validators, more.Validators...), append(trust.Headers, more.Headers...)
	return nil
}
