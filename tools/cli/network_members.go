package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/network"
)

func (t *terminal) networkAddNode() *cobra.Command {
	var addition network.Addition
	command := &cobra.Command{
		Use: "add-node DIR [NODE]", Args: cobra.RangeArgs(1, 2),
		Short: t.text(Text{"add a node to a running network: it catches up and becomes a validator", "向运行中的网络添加节点：追上后成为验证者"}),
		Long: t.text(Text{
			"Makes a node, starts it, waits as long as it makes progress, and makes it a validator by transaction. With the name of a node\nthat is made already and only follows, it makes that one a validator.",
			"新建并启动一个节点，只要其有进展就一直等待，然后通过交易使其成为验证者。若指定已建成而仅在同步的节点，则使该节点成为验证者。",
		}),
		RunE: func(command *cobra.Command, arguments []string) error {
			if len(arguments) == 2 && (addition.Observer || addition.Snapshot) {
				return misused("CL-NETWORK-001", Text{"--observer and --snapshot are for a node that is yet to be made", "--observer 与 --snapshot 仅用于新建的节点"},
					Text{"leave them out, or leave out the name of the node", "请去掉这些选项，或去掉节点名"})
			}
			return t.onNetwork(command.Context(), arguments[0], func(ctx context.Context, p *network.Processes) error {
				if len(arguments) == 1 {
					_, err := p.AddNode(ctx, t.Registry, addition)
					return err
				}
				node, err := p.Manifest.Find(arguments[1])
				if err != nil {
					return err
				}
				return p.PromoteNode(ctx, t.Registry, node)
			})
		},
	}
	command.Flags().BoolVar(&addition.Observer, "observer", false, t.text(Text{"it only follows the chain", "仅同步，不参与共识"}))
	command.Flags().BoolVar(&addition.Snapshot, "snapshot", false, t.text(Text{"it begins with a snapshot of the others, where they take some", "以其他节点的快照开始（若其提供）"}))
	return command
}

func (t *terminal) networkRemoveNode() *cobra.Command {
	return &cobra.Command{
		Use: "remove-node DIR NODE", Args: cobra.ExactArgs(2),
		Short: t.text(Text{"take a node out of a running network", "将节点移出运行中的网络"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.onNetwork(command.Context(), arguments[0], func(ctx context.Context, p *network.Processes) error {
				node, err := p.Manifest.Find(arguments[1])
				if err != nil {
					return err
				}
				return p.RemoveNode(ctx, t.Registry, node)
			})
		},
	}
}

func (t *terminal) networkRotate() *cobra.Command {
	return &cobra.Command{
		Use: "rotate DIR NODE", Args: cobra.ExactArgs(2),
		Short: t.text(Text{"give a validator new signing keys while the network runs", "在网络运行中为验证者更换签名密钥"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.onNetwork(command.Context(), arguments[0], func(ctx context.Context, p *network.Processes) error {
				node, err := p.Manifest.Find(arguments[1])
				if err != nil {
					return err
				}
				return p.Rotate(ctx, t.Registry, node)
			})
		},
	}
}

func (t *terminal) networkRecover() *cobra.Command {
	var reason string
	command := &cobra.Command{
		Use: "recover DIR NODE…", Args: cobra.MinimumNArgs(2),
		Short: t.text(Text{"go on with the named validators after too many are lost for ever", "过多验证者永久丢失后，以指定的验证者继续运行"}),
		Long: t.text(Text{
			"The named validators sign that they go on alone from their last common block. What the lost ones may have decided above it is given up. " +
				"The statement stands in the next block for ever; light clients need a new checkpoint.",
			"指定的验证者共同签署：从它们最后的共同区块起独自继续。丢失节点在其上可能已决定的内容将被放弃。该声明永久记录在下一个区块中；轻客户端需要新的检查点。",
		}),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.onNetwork(command.Context(), arguments[0], func(ctx context.Context, p *network.Processes) error {
				keep, err := p.Manifest.Select(arguments[1:])
				if err != nil {
					return err
				}
				r, err := p.Recover(ctx, t.Registry, keep, reason)
				if err == nil {
					t.say(Text{"blocks up to %d are kept; %d validators decide from height %d", "保留至高度 %d；自高度 %[3]d 起由 %[2]d 个验证者决定"}, r.Height, len(r.Validators.Members), r.Height+1)
				}
				return err
			})
		},
	}
	command.Flags().StringVar(&reason, "reason", "", t.text(Text{"why, for those who read the chain later", "原因，供日后查阅"}))
	return command
}

// onNetwork does something to a local network and shows how it is then.
func (t *terminal) onNetwork(ctx context.Context, directory string, do func(context.Context, *network.Processes) error) error {
	p, err := network.Open(directory)
	if err == nil {
		err = do(ctx, p)
	}
	if err != nil {
		return networkProblem(err)
	}
	status := p.Status(ctx)
	return t.result(status, func() { t.showStatus(status) })
}
