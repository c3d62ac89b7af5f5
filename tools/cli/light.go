package cli

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sdk/light"
)

func (t *terminal) light() *cobra.Command {
	var genesis string
	var follow bool
	command := &cobra.Command{
		Use: "light --genesis FILE", Args: cobra.NoArgs,
		Short: t.text(Text{"check a node's chain by its proofs, trusting only a genesis file", "仅凭创世文件，通过证明核验节点上的链"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, _ []string) error {
		if genesis == "" {
			return lightProblem(errors.New("--genesis is missing"))
		}
		c, err := t.lightClient(genesis)
		if err == nil {
			err = t.runLight(command.Context(), c, light.RPC{Node: client()}, follow)
		}
		if err != nil {
			return lightProblem(err)
		}
		return nil
	}
	command.Flags().StringVar(&genesis, "genesis", "", t.text(Text{"the chain's genesis file, which is trusted", "受信任的创世文件"}))
	command.Flags().BoolVar(&follow, "follow", false, t.text(Text{"go on with every new block until interrupted", "持续跟随新区块，直到中断"}))
	return command
}

func lightProblem(why error) error {
	return &Problem{
		Code: "CL-LIGHT-001", Why: why, What: Text{"the chain could not be checked", "无法核验该链"},
		Next: Text{"ask another node with --rpc; if it says the same, the genesis file or the node is not to be trusted", "请用 --rpc 换一个节点；若结果相同，则创世文件或节点不可信"},
	}
}

// lightClient trusts the header of block 0, which it computes from the genesis file.
func (t *terminal) lightClient(path string) (*light.Client, error) {
	_, genesis, err := readGenesis(path)
	if err != nil {
		return nil, err
	}
	suite, err := t.registry.CryptoSuite(genesis.Crypto)
	if err != nil {
		return nil, err
	}
	commitment, err := t.registry.Commitment(genesis.Commitment)
	if err != nil {
		return nil, err
	}
	machines, err := t.registry.Contracts(suite)
	if err != nil {
		return nil, err
	}
	executor, err := execution.New(machines, execution.DefaultRules())
	if err != nil {
		return nil, err
	}
	block, err := node.GenesisBlock(genesis, suite, commitment(suite), executor.CodeHash, executor.Natives())
	if err != nil {
		return nil, err
	}
	set, err := genesis.ValidatorSet()
	if err != nil {
		return nil, err
	}
	return light.New(light.Checkpoint{Header: block.Block.Header, Validators: set}, light.Options{
		Suite: suite, RootDelay: genesis.RootDelay, State: binarytree.NewVerifier(suite), TrustPeriod: 100 * 365 * 24 * time.Hour,
	})
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

func (t *terminal) runLight(ctx context.Context, c *light.Client, source light.Source, follow bool) error {
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for first := true; ; first = false {
		moved, err := c.Update(ctx, source)
		if err != nil && (!follow || ctx.Err() == nil && errors.Is(err, light.ErrHeader)) {
			return err
		}
		if moved || first {
			if err := t.showLight(c); err != nil {
				return err
			}
		}
		if !follow {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return nil
		}
	}
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
