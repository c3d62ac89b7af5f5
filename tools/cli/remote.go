package cli

import (
	"encoding/json"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// defaultRPC is where a node of this machine listens.
const defaultRPC = "http://127.0.0.1:8545"

// remote adds the flag that names the node, and returns how to reach it.
func (t *terminal) remote(command *cobra.Command) func() *rpcclient.Client {
	url := command.Flags().String("rpc", "", t.text(Text{
		"URL of the node (default: $CREDIBLE_RPC or " + defaultRPC + ")", "节点地址（默认：$CREDIBLE_RPC 或 " + defaultRPC + "）",
	}))
	return func() *rpcclient.Client {
		for _, choice := range []string{*url, os.Getenv("CREDIBLE_RPC"), defaultRPC} {
			if choice != "" {
				return rpcclient.New(choice)
			}
		}
		return nil
	}
}

// remoteProblem explains a failed call.
func remoteProblem(why error) error {
	var problem *Problem
	if why == nil || errors.As(why, &problem) {
		return why
	}
	if errors.Is(why, rpcclient.ErrUnreachable) {
		return &Problem{
			Code: "CL-RPC-001", Why: why, What: Text{"the node cannot be reached", "无法连接节点"},
			Next: Text{"start one with credible dev, or name another with --rpc URL", "用 credible dev 启动节点，或用 --rpc 地址 指定其他节点"},
		}
	}
	return &Problem{
		Code: "CL-RPC-002", Why: why, What: Text{"the node refused", "节点拒绝了请求"},
		Next: Text{"the reason is the node's own; change the request", "原因由节点给出，请修改请求"},
	}
}

// notFound is the problem of something that the chain does not have.
func notFound(what, name string) error {
	return &Problem{
		Code: "CL-RPC-003", What: Text{"the chain has no " + what + " " + name, "链上没有 " + name},
		Next: Text{"check the name, and that --rpc is the right chain", "请检查名称，并确认 --rpc 指向正确的链"},
	}
}

// raw is a JSON answer that is shown as it came.
type raw = json.RawMessage
