package cli

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/tools/development"
	"github.com/credibleledger/credibleledger/tools/wallet"
)

func (t *terminal) genesis() *cobra.Command {
	return t.group("genesis", Text{"create and check genesis files", "创建与检查创世文件"},
		t.genesisCreate, t.genesisInspect, t.genesisVerify, t.genesisHash)
}

func (t *terminal) genesisCreate() *cobra.Command {
	described := development.Settings{}
	var home, suite string
	var chainID uint64
	var administrators, allocations []string
	command := &cobra.Command{
		Use: "create --home DIR", Args: cobra.NoArgs,
		Short: t.text(Text{"make a one-validator chain: key, genesis and configuration", "创建单验证者链：密钥、创世文件与配置"}),
		RunE: func(*cobra.Command, []string) error {
			return t.createGenesis(home, suite, chainID, described, administrators, allocations)
		},
	}
	flags := command.Flags()
	flags.StringVar(&home, "home", "", t.text(Text{"new directory for the node", "节点的新目录"}))
	flags.StringVar(&described.Name, "name", "chain", t.text(Text{"name of the chain", "链名"}))
	flags.StringVar(&suite, "crypto", "standard", t.text(Text{"crypto suite: standard or gm", "密码套件：standard 或 gm（国密）"}))
	t.commitmentFlag(command, &described.Commitment)
	flags.Uint64Var(&chainID, "chain-id", 1337, t.text(Text{"numeric chain id for Ethereum clients", "供以太坊客户端使用的数字链 ID"}))
	flags.StringArrayVar(&administrators, "admin", nil, t.text(Text{
		"address that changes parameters and validators; may be repeated (default: that of the first --allocate)", "可更改参数与验证者的管理员地址，可重复（默认为第一个 --allocate 的地址）",
	}))
	flags.StringArrayVar(&allocations, "allocate", nil, t.text(Text{
		"ADDRESS=AMOUNT in the smallest unit; may be repeated; the first one administers the chain unless --admin names who does", "地址=数量（最小单位），可重复；未指定 --admin 时，第一个地址管理该链",
	}))
	return command
}

func (t *terminal) commitmentFlag(command *cobra.Command, commitment *string) {
	command.Flags().StringVar(commitment, "commitment", obicore.BinaryTree,
		t.text(Text{"state commitment: binary, or patricia, which eth_getProof needs", "状态承诺：binary，或 eth_getProof 所需的 patricia"}))
}

func (t *terminal) createGenesis(home, suiteName string, chainID uint64, described development.Settings, administrators, allocations []string) error {
	problem := func(why error) error {
		return &Problem{
			Code: "CL-GENESIS-001", Why: why, What: Text{"the chain was not created", "未能创建链"},
			Next: Text{"mend what the reason says and run the command again", "请按原因修正后重试"},
		}
	}
	if home == "" {
		return misused("CL-GENESIS-001", Text{"no directory for the new chain", "未指定新链的目录"}, Text{"name a new one with --home DIR", "请用 --home 目录 指定一个新目录"})
	}
	if _, err := os.Stat(filepath.Join(home, "genesis.json")); err == nil {
		return problem(fmt.Errorf("%s holds a chain already", home))
	}
	suite, err := t.Registry.CryptoSuite(suiteName)
	if err != nil {
		return problem(err)
	}
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		return problem(err)
	}
	validator, err := scheme.Generate(rand.Reader)
	if err != nil {
		return problem(err)
	}
	described.Time = uint64(time.Now().UnixMilli())
	genesis := development.Genesis(suite, validator, described)
	genesis.EVMChainID, genesis.Validators[0].Organisation = chainID, described.Name
	if genesis.Admin, err = administratorsNamed(administrators); err != nil {
		return problem(err)
	}
	if err := allocate(genesis, allocations); err != nil {
		return problem(err)
	}
	if err := t.checkGenesis(genesis); err != nil {
		return problem(err)
	}
	file, err := genesis.Canonical()
	if err != nil {
		return problem(err)
	}
	secret, err := validator.Export()
	if err != nil {
		return problem(err)
	}
	settings, err := configuration.Default().Encode()
	if err != nil {
		return problem(err)
	}
	if err := os.MkdirAll(home, 0o700); err != nil {
		return problem(err)
	}
	for _, f := range []struct {
		name    string
		content []byte
	}{{"validator.key", []byte(hex.EncodeToString(secret) + "\n")}, {"config.toml", settings}, {"genesis.json", file}} {
		if err := os.WriteFile(filepath.Join(home, f.name), f.content, 0o600); err != nil {
			return problem(err)
		}
	}
	summary, err := t.summarize(genesis)
	if err != nil {
		return problem(err)
	}
	return t.result(summary, func() {
		t.showGenesis(summary)
		t.say(Text{"\nstart it with: credible node start --home %s", "\n启动命令：credible node start --home %s"}, home)
	})
}

// administratorsNamed reads the addresses of --admin.
func administratorsNamed(addresses []string) ([]chain.Address, error) {
	var named []chain.Address
	for _, text := range addresses {
		var a chain.Address
		if err := a.UnmarshalText([]byte(text)); err != nil {
			return nil, fmt.Errorf("--admin %q: %w", text, err)
		}
		named = append(named, a)
	}
	return named, nil
}

// allocate gives funds at height 0. The first owner administers a chain for which nobody
// else is named: otherwise nobody could ever change its parameters or validators.
func allocate(genesis *chain.Genesis, allocations []string) error {
	for _, entry := range allocations {
		text, amount, found := cut(entry, '=')
		var owner chain.Address
		if err := owner.UnmarshalText([]byte(text)); err != nil || !found {
			return fmt.Errorf("--allocate %q is not ADDRESS=AMOUNT", entry)
		}
		balance, err := parseAmount(amount)
		if err != nil {
			return fmt.Errorf("--allocate %q: %w", entry, err)
		}
		genesis.Allocation[owner] = chain.AllocatedAccount{Balance: balance}
		if len(genesis.Admin) == 0 {
			genesis.Admin = []chain.Address{owner}
		}
	}
	return nil
}

// genesisSummary is what inspect shows.
type genesisSummary struct {
	Name       string     `json:"name"`
	Identity   chain.Hash `json:"identity"`
	EVMChainID uint64     `json:"evmChainId"`
	Crypto     string     `json:"crypto"`
	Consensus  string     `json:"consensus"`
	Commitment string     `json:"commitment"`
	Time       string     `json:"time"`
	Validators int        `json:"validators"`
	Accounts   int        `json:"accounts"`
	GasLimit   uint64     `json:"gasLimit"`
	RootDelay  uint64     `json:"rootDelay"`

	Admin []chain.Address `json:"admin"` // who changes parameters and validators
}

func (t *terminal) summarize(g *chain.Genesis) (*genesisSummary, error) {
	suite, err := t.Registry.CryptoSuite(g.Crypto)
	if err != nil {
		return nil, err
	}
	identity, err := g.Identity(suite)
	return &genesisSummary{
		Name: g.Name, Identity: identity, EVMChainID: g.EVMChainID, Crypto: g.Crypto, Consensus: g.Consensus, Commitment: g.Commitment,
		Time: time.UnixMilli(int64(g.Time)).UTC().Format(time.RFC3339Nano), Validators: len(g.Validators), Accounts: len(g.Allocation),
		GasLimit: g.GasLimit, RootDelay: g.RootDelay, Admin: append([]chain.Address{}, g.Admin...),
	}, err
}

func (t *terminal) showGenesis(s *genesisSummary) {
	t.say(Text{
		"chain       %s\nidentity    %s\nchain id    %d\ncrypto      %s\nconsensus   %s\ncommitment  %s\ntime        %s\nvalidators  %d\naccounts    %d\ngas limit   %d\nroot delay  %d",
		"链名        %s\n链标识      %s\n链 ID       %d\n密码套件    %s\n共识        %s\n状态承诺    %s\n创世时间    %s\n验证者      %d\n账户        %d\ngas 上限    %d\n根延迟      %d",
	}, s.Name, s.Identity, s.EVMChainID, s.Crypto, s.Consensus, s.Commitment, s.Time, s.Validators, s.Accounts, s.GasLimit, s.RootDelay)
	for _, a := range s.Admin {
		t.say(Text{"admin       %s", "管理员      %s"}, a)
	}
	if len(s.Admin) == 0 {
		t.say(Text{"admin       none: parameters and validators can never change", "管理员      无：参数与验证者永远无法更改"})
	}
}

func (t *terminal) genesisInspect() *cobra.Command {
	return &cobra.Command{
		Use: "inspect FILE", Args: cobra.ExactArgs(1), Short: t.text(Text{"show what a genesis file says", "显示创世文件内容"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			_, genesis, err := readGenesis(arguments[0])
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			summary, err := t.summarize(genesis)
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			return t.result(summary, func() { t.showGenesis(summary) })
		},
	}
}

func (t *terminal) genesisHash() *cobra.Command {
	return &cobra.Command{
		Use: "hash FILE", Args: cobra.ExactArgs(1), Short: t.text(Text{"print the chain identity of a genesis file", "输出创世文件对应的链标识"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			_, genesis, err := readGenesis(arguments[0])
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			summary, err := t.summarize(genesis)
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			return t.result(map[string]chain.Hash{"identity": summary.Identity}, func() { fmt.Fprintln(t.out, summary.Identity) })
		},
	}
}

func (t *terminal) genesisVerify() *cobra.Command {
	return &cobra.Command{
		Use: "verify FILE", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"check that a genesis file is canonical and usable", "检查创世文件是否规范且可用"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			file, genesis, err := readGenesis(arguments[0])
			if err == nil && !canonicaljson.IsCanonical(bytes.TrimRight(file, "\n")) {
				err = errors.New("the file is not in canonical form (RFC 8785)")
			}
			if err == nil {
				err = t.checkGenesis(genesis)
			}
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			summary, err := t.summarize(genesis)
			if err != nil {
				return genesisProblem(arguments[0], err)
			}
			return t.result(summary, func() {
				t.say(Text{"%s is a valid genesis of chain %s", "%s 是链 %s 的有效创世文件"}, arguments[0], summary.Identity)
			})
		},
	}
}

// checkGenesis checks what needs the modules of this binary: names, keys, rules,
// and that block 0 can be made. Well-known development keys are refused for any
// chain that is not named dev.
func (t *terminal) checkGenesis(g *chain.Genesis) error {
	if err := g.Check(); err != nil {
		return err
	}
	suite, err := t.Registry.CryptoSuite(g.Crypto)
	if err != nil {
		return err
	}
	for i := range g.Validators {
		set, err := g.ValidatorSet()
		if err != nil {
			return err
		}
		if _, err := suite.Address(set.Members[i].ConsensusKey); err != nil {
			return fmt.Errorf("validators[%d]: %w", i, err)
		}
	}
	if err := t.refuseDevelopmentAccounts(g); err != nil {
		return err
	}
	machines, err := t.Registry.Contracts(suite)
	if err != nil {
		return err
	}
	executor, err := execution.New(machines, execution.DefaultRules())
	if err != nil {
		return err
	}
	newCommitment, err := t.Registry.Commitment(g.Commitment)
	if err != nil {
		return err
	}
	if _, err := t.Registry.ConsensusModule(g.Consensus); err != nil {
		return err
	}
	_, err = node.GenesisBlock(g, suite, newCommitment(suite), executor.CodeHash, executor.Natives())
	return err
}

func (t *terminal) refuseDevelopmentAccounts(g *chain.Genesis) error {
	if g.Name == "dev" {
		return nil
	}
	suite, err := t.Registry.CryptoSuite(g.Crypto)
	if err != nil {
		return err
	}
	accounts, err := development.Accounts(suite, wallet.WellKnownKeys)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if _, funded := g.Allocation[account.Address]; funded {
			return fmt.Errorf("account %s belongs to the test mnemonic, whose keys everybody knows: it may have funds on a chain named dev only", account.Address)
		}
	}
	return nil
}

func readGenesis(path string) ([]byte, *chain.Genesis, error) {
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, nil, err
	}
	genesis, err := chain.ParseGenesis(file)
	return file, genesis, err
}

func genesisProblem(path string, why error) error {
	return &Problem{
		Code: "CL-GENESIS-002", Why: why, What: Text{"not a usable genesis file: " + path, "不是可用的创世文件：" + path},
		Next: Text{
			"mend what the reason says, or take the file of another node of the chain; credible genesis create --home DIR makes a new chain",
			"请按原因修正，或取用该链其他节点的创世文件；credible genesis create --home 目录 可创建新链",
		},
	}
}
