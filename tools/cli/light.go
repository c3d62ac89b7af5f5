package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sdk/light"
)

// lightFlags say what a light client trusts, and how old it may be.
type lightFlags struct {
	genesis, checkpoint, trusted string
	trustPeriod, maxAge          time.Duration
	follow                       bool
}

func (t *terminal) light() *cobra.Command {
	var f lightFlags
	command := &cobra.Command{
		Use: "light --genesis FILE", Args: cobra.NoArgs,
		Short: t.text(Text{"check a node's chain by its proofs, trusting only a genesis file or a block's hash", "仅凭创世文件或一个区块的哈希，通过证明核验节点上的链"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		err := t.followLight(command.Context(), light.RPC{Node: client()}, &f)
		var problem *Problem
		if err != nil && !errors.As(err, &problem) {
			err = lightProblem(err)
		}
		return err
	}
	flags := command.Flags()
	flags.StringVar(&f.genesis, "genesis", "", t.text(Text{"the chain's genesis file, which is trusted", "受信任的创世文件"}))
	flags.StringVar(&f.checkpoint, "checkpoint", "", t.text(Text{"a later block that is trusted, as HEIGHT:HASH", "另一个受信任的区块，形如 高度:哈希"}))
	flags.StringVar(&f.trusted, "trusted", "", t.text(Text{"a file that keeps the last checked block, from which the next run starts", "保存最后核验区块的文件，下次运行由此开始"}))
	flags.DurationVar(&f.trustPeriod, "trust-period", 14*24*time.Hour, t.text(Text{"how old a checkpoint may be", "检查点允许的最大年龄"}))
	flags.DurationVar(&f.maxAge, "max-age", 0, t.text(Text{"fail when the newest block is older; otherwise it is only said", "最新区块超过此年龄即报错；不设则仅提示"}))
	flags.BoolVar(&f.follow, "follow", false, t.text(Text{"go on with every new block until interrupted", "持续跟随新区块，直到中断"}))
	return command
}

func lightProblem(why error) error {
	p := &Problem{
		Code: "CL-LIGHT-001", Why: why, What: Text{"the chain could not be checked", "无法核验该链"},
		Next: Text{"ask another node with --rpc; if it says the same, the genesis file or the node is not to be trusted", "请用 --rpc 换一个节点；若结果相同，则创世文件或节点不可信"},
	}
	if errors.Is(why, light.ErrStale) {
		p.Next = Text{"ask another node with --rpc, or start from a newer --checkpoint that several organisations confirm", "请用 --rpc 换一个节点，或改用多个机构确认过的较新 --checkpoint"}
	}
	return p
}

func (t *terminal) followLight(ctx context.Context, source light.Source, f *lightFlags) error {
	if f.genesis == "" {
		return misused("CL-LIGHT-001", Text{"nothing is trusted that the chain could be checked by", "未指定可据以核验该链的可信内容"},
			Text{"name the chain's genesis file with --genesis FILE", "请用 --genesis 文件 指定该链的创世文件"})
	}
	checkpoint, options, err := t.lightGenesis(f.genesis)
	if err != nil {
		return err
	}
	options.TrustPeriod, options.MaxAge = 100*365*24*time.Hour, f.maxAge // a genesis file does not age
	if later, err := laterCheckpoint(ctx, source, f, options.Suite, checkpoint.Header.Chain); err != nil {
		return err
	} else if later != nil {
		checkpoint, options.TrustPeriod = *later, f.trustPeriod
	}
	c, err := light.New(checkpoint, options)
	if err != nil {
		return err
	}
	return t.runLight(ctx, c, source, f)
}

// lightGenesis returns block 0 as a checkpoint, computed from the genesis file.
func (t *terminal) lightGenesis(path string) (checkpoint light.Checkpoint, options light.Options, err error) {
	_, genesis, err := readGenesis(path)
	if err != nil {
		return checkpoint, options, err
	}
	suite, err := t.Registry.CryptoSuite(genesis.Crypto)
	if err != nil {
		return checkpoint, options, err
	}
	commitment, err := t.Registry.Commitment(genesis.Commitment)
	if err != nil {
		return checkpoint, options, err
	}
	machines, err := t.Registry.Contracts(suite)
	if err != nil {
		return checkpoint, options, err
	}
	executor, err := execution.New(machines, execution.DefaultRules())
	if err != nil {
		return checkpoint, options, err
	}
	block, err := node.GenesisBlock(genesis, suite, commitment(suite), executor.CodeHash, executor.Natives())
	if err != nil {
		return checkpoint, options, err
	}
	set, err := genesis.ValidatorSet()
	checkpoint = light.Checkpoint{Header: block.Block.Header, Validators: set}
	return checkpoint, light.Options{Suite: suite, Consensus: genesis.Consensus, RootDelay: genesis.RootDelay, State: commitment(suite)}, err
}

// lightAnswer is a header that has been checked.
type lightAnswer struct {
	Height    uint64     `json:"height"`
	Hash      chain.Hash `json:"hash"`
	Time      time.Time  `json:"time"`
	Epoch     uint64     `json:"epoch"`
	StateRoot chain.Hash `json:"stateRoot"`
	Fresh     bool       `json:"fresh"`
}

// lookPause is how often a follower asks for a new header.
const lookPause = time.Second

func (t *terminal) runLight(ctx context.Context, c *light.Client, source light.Source, f *lightFlags) error {
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for first := true; ; first = false {
		moved, err := c.Update(ctx, source)
		if err != nil && (!f.follow || ctx.Err() == nil && errors.Is(err, light.ErrHeader)) {
			return err
		}
		if moved || first {
			if err := t.keepLight(c, f); err != nil {
				return err
			}
		}
		if _, stale := c.Head(); stale != nil && f.maxAge > 0 {
			return stale
		}
		if !f.follow {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// keepLight shows what is trusted now and keeps it for the next run.
func (t *terminal) keepLight(c *light.Client, f *lightFlags) error {
	if f.trusted != "" {
		if err := saveCheckpoint(f.trusted, c.Trusted()); err != nil {
			return err
		}
	}
	return t.showLight(c)
}

func (t *terminal) showLight(c *light.Client) error {
	trusted := c.Trusted()
	header := trusted.Header
	_, stale := c.Head()
	answer := lightAnswer{
		Height: header.Height, Hash: header.Hash(c.Suite()), Time: time.UnixMilli(int64(header.Time)).UTC(),
		Epoch: trusted.Validators.Epoch, StateRoot: header.StateRoot, Fresh: stale == nil,
	}
	return t.result(answer, func() {
		t.say(Text{"height %d  %s  %s  validators of epoch %d", "高度 %d  %s  %s  验证者集合 epoch %d"}, answer.Height, answer.Hash, answer.Time.Format(time.DateTime), answer.Epoch)
		if !answer.Fresh {
			t.say(Text{"  checked, but not fresh: it is older than a minute", "  已核验，但不是最新：时间早于一分钟前"})
		}
	})
}
