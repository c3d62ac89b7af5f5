package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/network"
)

func (t *terminal) networkAddNode() *cobra.Command {
	var observer bool
	command := &cobra.Command{
		Use: "add-node DIR", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"add a node to a running network: it catches up and becomes a validator", "向运行中的网络添加节点：追上后成为验证者"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			return t.onNetwork(command.Context(), arguments[0], func(ctx context.Context, p *network.Processes) error {
				_, err := p.AddNode(ctx, t.registry, observer)
				return err
			})
		},
	}
	command.Flags().BoolVar(&observer, "observer", false, t.text(Text{"it only follows the chain", "仅同步，不参与共识"}))
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
				return p.RemoveNode(ctx, t.registry, node)
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
				return p.Rotate(ctx, t.registry, node)
			})
		},
	}
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
