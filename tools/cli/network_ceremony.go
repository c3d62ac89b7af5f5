package cli

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/network"
)

// The four steps by which several organisations make a network. Each writes JSON to
// its output, to be kept in a file and sent to the others.

func (t *terminal) networkRecord() *cobra.Command {
	var suite, name, organisation, address string
	command := &cobra.Command{
		Use: "record HOME --organisation NAME --address HOST:PORT", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"step 1: make the keys of a node and print its record for the others", "第 1 步：生成节点密钥，并输出交给其他机构的公开记录"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			if organisation == "" || address == "" {
				return misused("CL-NETWORK-001", Text{"a record names organisation and address", "记录须含机构名与地址"},
					Text{"name them with --organisation NAME and --address HOST:PORT", "请用 --organisation 机构名 与 --address 主机:端口 指定"})
			}
			record, err := network.NewMember(t.Registry, arguments[0], suite, name, organisation, address)
			if err != nil {
				return homeProblem(err)
			}
			return t.print(record)
		},
	}
	flags := command.Flags()
	flags.StringVar(&suite, "crypto", "standard", t.text(Text{"crypto suite: standard or gm", "密码套件：standard 或 gm（国密）"}))
	flags.StringVar(&name, "name", "node", t.text(Text{"name of the node", "节点名"}))
	flags.StringVar(&organisation, "organisation", "", t.text(Text{"name of the organisation", "机构名"}))
	flags.StringVar(&address, "address", "", t.text(Text{"where other nodes reach this one", "其他节点访问本节点的地址"}))
	return command
}

func (t *terminal) networkAssemble() *cobra.Command {
	settings := network.Settings{}
	var administrators, allocations []string
	command := &cobra.Command{
		Use: "assemble RECORD.json…", Args: cobra.MinimumNArgs(1),
		Short: t.text(Text{"step 2: make a draft of the genesis from all records", "第 2 步：用全部记录生成创世草案"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			if len(administrators) == 0 {
				return misused("CL-NETWORK-001", Text{"without an administrator nobody could ever change parameters or validators", "没有管理员，则永远无人能更改参数或验证者"},
					Text{"name one with --admin ADDRESS", "请用 --admin 地址 指定"})
			}
			draft, err := t.assemble(settings, administrators, allocations, arguments)
			if err != nil {
				return homeProblem(err)
			}
			return t.print(draft)
		},
	}
	flags := command.Flags()
	flags.StringVar(&settings.Consensus, "consensus", "smartbft", t.text(Text{"consensus engine: smartbft, raft or simplex (experimental)", "共识引擎：smartbft、raft 或 simplex（实验性）"}))
	flags.StringVar(&settings.Crypto, "crypto", "standard", t.text(Text{"crypto suite: standard or gm", "密码套件：standard 或 gm（国密）"}))
	t.commitmentFlag(command, &settings.Commitment)
	flags.StringVar(&settings.Name, "name", "network", t.text(Text{"name of the chain", "链名"}))
	flags.Uint64Var(&settings.ChainID, "chain-id", 1337, t.text(Text{"numeric chain id for Ethereum clients", "供以太坊客户端使用的数字链 ID"}))
	flags.Uint64Var(&settings.GasLimit, "gas-limit", 100_000_000, t.text(Text{"gas of one block", "每块 gas 上限"}))
	flags.StringArrayVar(&administrators, "admin", nil, t.text(Text{"address that administers the chain; may be repeated", "管理员地址，可重复"}))
	flags.StringArrayVar(&allocations, "allocate", nil, t.text(Text{"ADDRESS=AMOUNT in the smallest unit; may be repeated", "地址=数量（最小单位），可重复"}))
	return command
}

func (t *terminal) assemble(settings network.Settings, administrators, allocations, files []string) (*network.Draft, error) {
	genesis := &chain.Genesis{Allocation: chain.Allocation{}, Admin: []chain.Address{{}}}
	if err := allocate(genesis, allocations); err != nil {
		return nil, err
	}
	settings.Allocate = genesis.Allocation
	admins, err := administratorsNamed(administrators)
	if err != nil {
		return nil, err
	}
	var records []*network.Record
	for _, file := range files {
		record := &network.Record{}
		if err := readJSON(file, record); err != nil {
			return nil, err
		}
		records = append(records, record)
	}
	draft, err := network.Assemble(t.Registry, settings, admins, records)
	if err != nil {
		return nil, err
	}
	parsed, err := chain.ParseGenesis([]byte(draft.Genesis))
	if err != nil {
		return nil, err
	}
	return draft, t.checkGenesis(parsed)
}

func (t *terminal) networkApprove() *cobra.Command {
	return &cobra.Command{
		Use: "approve HOME DRAFT.json", Args: cobra.ExactArgs(2),
		Short: t.text(Text{"step 3: sign a draft that this organisation has read", "第 3 步：审阅后签署创世草案"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			draft := &network.Draft{}
			if err := readJSON(arguments[1], draft); err != nil {
				return homeProblem(err)
			}
			approval, err := draft.Approve(t.Registry, arguments[0])
			if err != nil {
				return homeProblem(err)
			}
			return t.print(approval)
		},
	}
}

func (t *terminal) networkJoin() *cobra.Command {
	var rpc string
	command := &cobra.Command{
		Use: "join HOME DRAFT.json APPROVAL.json…", Args: cobra.MinimumNArgs(3),
		Short: t.text(Text{"step 4: make the node ready to start, once all have approved", "第 4 步：全部机构签署后，配置节点以便启动"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			draft := &network.Draft{}
			if err := readJSON(arguments[1], draft); err != nil {
				return homeProblem(err)
			}
			var approvals []*network.Approval
			for _, file := range arguments[2:] {
				approval := &network.Approval{}
				if err := readJSON(file, approval); err != nil {
					return homeProblem(err)
				}
				approvals = append(approvals, approval)
			}
			if err := draft.Join(t.Registry, arguments[0], rpc, approvals); err != nil {
				return homeProblem(err)
			}
			return t.result(map[string]string{"home": arguments[0]}, func() {
				t.say(Text{"start it with: credible node start --home %s", "启动命令：credible node start --home %s"}, arguments[0])
			})
		},
	}
	command.Flags().StringVar(&rpc, "rpc", "127.0.0.1:8545", t.text(Text{"where clients reach the node", "客户端访问地址"}))
	return command
}

// print writes a value as JSON whatever the output format is.
func (t *terminal) print(value any) error {
	encoder := json.NewEncoder(t.out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

// maxExchange bounds a file that organisations send to each other, in bytes.
const maxExchange = 64 << 20

func readJSON(path string, into any) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxExchange {
		return fmt.Errorf("%s: %d bytes, at most %d", path, info.Size(), maxExchange)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(file, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
