package cli

import (
	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/network"
)

func (t *terminal) networkShow() *cobra.Command {
	return &cobra.Command{
		Use: "show DRAFT.json", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"show what the draft of a genesis or of a recovery says, before it is approved", "签署前显示创世草案或恢复草案的内容"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			var either struct {
				network.Draft
				network.RecoveryRecord
			}
			if err := readJSON(arguments[0], &either); err != nil {
				return homeProblem(err)
			}
			var err error
			if either.Genesis != "" {
				err = t.showDraft(&either.Draft)
			} else {
				err = t.showRecovery(&either.RecoveryRecord)
			}
			if err != nil {
				return homeProblem(err)
			}
			return nil
		},
	}
}

func (t *terminal) showDraft(draft *network.Draft) error {
	genesis, identity, err := draft.Read(t.Registry)
	if err != nil {
		return err
	}
	type shown struct {
		Identity chain.Hash        `json:"identity"`
		Genesis  *chain.Genesis    `json:"genesis"`
		Records  []*network.Record `json:"records"`
	}
	return t.result(shown{identity, genesis, draft.Records}, func() {
		t.say(Text{"chain %s, chain id %d, consensus %s, crypto %s", "链 %s，链 ID %d，共识 %s，密码套件 %s"}, genesis.Name, genesis.EVMChainID, genesis.Consensus, genesis.Crypto)
		t.say(Text{"identity %s – what is approved", "身份标识 %s – 即签署的内容"}, identity)
		t.say(Text{"state commitment %s, gas of a block %d, window %d blocks", "状态承诺 %s，每块 gas 上限 %d，窗口 %d 块"}, genesis.Commitment, genesis.GasLimit, genesis.Window)
		for _, administrator := range genesis.Admin {
			t.say(Text{"administrator %s", "管理员 %s"}, administrator)
		}
		t.say(Text{"%d accounts begin with a balance", "%d 个账户有初始余额"}, len(genesis.Allocation))
		for _, r := range draft.Records {
			t.say(Text{"validator %s of %s at %s, %s", "验证者 %s，机构 %s，地址 %s，%s"}, r.Name, r.Validator.Organisation, r.Address, r.Validator.ID)
		}
	})
}

func (t *terminal) showRecovery(draft *network.RecoveryRecord) error {
	r, err := draft.Decode()
	if err != nil {
		return err
	}
	return t.result(draft, func() {
		t.say(Text{"block %d is the last that is kept: %s", "保留的最后区块高度 %d：%s"}, r.Height, r.Hash)
		t.say(Text{"reason: %q", "原因：%q"}, r.Reason)
		for _, name := range organisations(r.Validators) {
			t.say(Text{"goes on: %s", "继续运行：%s"}, name)
		}
		t.say(Text{"%d signatures", "%d 个签名"}, len(r.Signatures))
	})
}
