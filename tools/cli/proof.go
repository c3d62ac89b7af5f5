package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/proof"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

func (t *terminal) proof() *cobra.Command {
	return t.group("proof", Text{"fetch a proof that can be checked without a node", "获取无须节点即可校验的证明"},
		t.proofAccount, t.proofStorage, t.proofTransaction, t.proofReceipt, t.proofHeader)
}

// proofRequest is what cl_getProof takes.
type proofRequest struct {
	Account     *chain.Address `json:"account,omitempty"`
	Slots       []chain.Hash   `json:"slots,omitempty"`
	Receipt     *chain.Hash    `json:"receipt,omitempty"`
	Transaction *chain.Hash    `json:"transaction,omitempty"`
	Header      string         `json:"header,omitempty"`
	Block       string         `json:"block,omitempty"`
}

// prover makes a command that asks a node for a proof and keeps it; request says of what.
func (t *terminal) prover(command *cobra.Command, request func(arguments []string) (proofRequest, error)) *cobra.Command {
	client := t.remote(command)
	out := command.Flags().String("out", "", t.text(Text{"file to keep the proof in (default: the output)", "保存证明的文件（默认写到输出）"}))
	command.RunE = func(command *cobra.Command, arguments []string) error {
		asked, err := request(arguments)
		if err != nil {
			return err
		}
		return remoteProblem(t.fetchProof(command.Context(), client(), asked, *out))
	}
	return command
}

func (t *terminal) proofAccount() *cobra.Command {
	command := &cobra.Command{
		Use: "account ADDRESS", Args: cobra.ExactArgs(1), Short: t.text(Text{"prove an account's balance, nonce and code hash", "证明账户的余额、nonce 与代码哈希"}),
	}
	block := t.provedBlock(command)
	return t.prover(command, func(arguments []string) (proofRequest, error) {
		owner, err := parseAddress(arguments[0])
		if err != nil {
			return proofRequest{}, err
		}
		reference, err := parseBlock(*block)
		return proofRequest{Account: &owner, Block: reference}, err
	})
}

func (t *terminal) proofStorage() *cobra.Command {
	command := &cobra.Command{
		Use: "storage ADDRESS SLOT…", Args: cobra.MinimumNArgs(2), Short: t.text(Text{"prove entries of a contract's storage", "证明合约存储中的条目"}),
	}
	block := t.provedBlock(command)
	return t.prover(command, func(arguments []string) (proofRequest, error) {
		owner, err := parseAddress(arguments[0])
		if err != nil {
			return proofRequest{}, err
		}
		reference, err := parseBlock(*block)
		if err != nil {
			return proofRequest{}, err
		}
		request := proofRequest{Account: &owner, Block: reference}
		for _, text := range arguments[1:] {
			slot, err := parseAmount(text)
			if err != nil {
				return request, argumentProblem(err, Text{"not a slot: " + text, "不是存储槽：" + text})
			}
			request.Slots = append(request.Slots, chain.Hash(slot))
		}
		return request, nil
	})
}

// provedBlock adds the flag that names the block after which a state is proved.
func (t *terminal) provedBlock(command *cobra.Command) *string {
	return command.Flags().String("block", "latest", t.text(Text{"block after which the state is proved: number, hash or latest", "所证明状态的区块：高度、哈希或 latest"}))
}

func (t *terminal) proofTransaction() *cobra.Command {
	return t.prover(&cobra.Command{
		Use: "transaction HASH", Args: cobra.ExactArgs(1), Short: t.text(Text{"prove that a transaction stands in a block", "证明交易在某个区块中"}),
	}, func(arguments []string) (proofRequest, error) {
		id, err := parseHash(arguments[0])
		return proofRequest{Transaction: &id}, err
	})
}

func (t *terminal) proofReceipt() *cobra.Command {
	return t.prover(&cobra.Command{
		Use: "receipt HASH", Args: cobra.ExactArgs(1), Short: t.text(Text{"prove what became of a transaction", "证明交易的执行结果"}),
	}, func(arguments []string) (proofRequest, error) {
		id, err := parseHash(arguments[0])
		return proofRequest{Receipt: &id}, err
	})
}

func (t *terminal) proofHeader() *cobra.Command {
	return t.prover(&cobra.Command{
		Use: "header [NUMBER|HASH|latest]", Args: cobra.MaximumNArgs(1), Short: t.text(Text{"prove that a header was decided", "证明区块头已被决定"}),
	}, func(arguments []string) (proofRequest, error) {
		name := "latest"
		if len(arguments) == 1 {
			name = arguments[0]
		}
		reference, err := parseBlock(name)
		return proofRequest{Header: reference}, err
	})
}

func parseHash(text string) (hash chain.Hash, err error) {
	if err = hash.UnmarshalText([]byte(text)); err != nil {
		return hash, argumentProblem(err, Text{"not a hash: " + text, "不是哈希：" + text})
	}
	return hash, nil
}

// fetchProof asks for a document and keeps it as it came, in its file's form. It does
// not check more than the form: that takes what the reader trusts.
func (t *terminal) fetchProof(ctx context.Context, client *rpcclient.Client, request proofRequest, out string) error {
	var answer raw
	if err := client.Call(ctx, &answer, "cl_getProof", request); err != nil {
		return err
	}
	document, err := proof.Decode(answer)
	if err != nil {
		return &Problem{
			Code: "CL-PROOF-001", Why: err, What: Text{"the node's answer is not a proof document", "节点的应答不是证明文档"},
			Next: Text{"ask a node of the same version as this program", "请询问与本程序版本相同的节点"},
		}
	}
	text, err := document.Encode()
	if err != nil {
		return err
	}
	if out == "" {
		_, err := t.out.Write(text)
		return err
	}
	if err := os.WriteFile(out, text, 0o644); err != nil { //nolint:gosec // a proof is for everybody
		return &Problem{
			Code: "CL-PROOF-002", Why: err, What: Text{"the proof cannot be kept", "无法保存证明"},
			Next: Text{"name another file with --out", "请用 --out 指定其他文件"},
		}
	}
	kept := map[string]any{"file": out, "bytes": len(text), "chain": document.Chain}
	return t.result(kept, func() {
		t.say(Text{"the proof is in %s (%d bytes)\nnext: credible verify proof %s --genesis FILE, on any machine, without a node", "证明保存在 %s（%d 字节）\n下一步：在任意机器上、无须节点，运行 credible verify proof %s --genesis 文件"},
			out, len(text), fmt.Sprintf("%q", out))
	})
}
