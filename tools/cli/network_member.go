package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/tools/network"
)

// networkMember groups what the members of a running network of several organisations do
// to change its validators: an administrator sends the calls that they print.
func (t *terminal) networkMember() *cobra.Command {
	return t.group("member", Text{"prepare changes of the validators of a network of several organisations", "为多机构网络准备验证者变更"},
		t.memberAdd, t.memberRenew, t.memberSettle)
}

func (t *terminal) memberAdd() *cobra.Command {
	return &cobra.Command{
		Use: "add RECORD.json", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"print the call by which an administrator makes the node of a record a validator", "输出管理员将记录中的节点加入验证者所用的调用"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			record := &network.Record{}
			err := readJSON(arguments[0], record)
			if err != nil {
				return homeProblem(err)
			}
			call, err := network.AddCall(t.Registry, record)
			if err != nil {
				return homeProblem(err)
			}
			shown := t.memberCall(call)
			return t.result(shown, func() { t.showMemberCall(shown) })
		},
	}
}

func (t *terminal) memberRenew() *cobra.Command {
	command := &cobra.Command{
		Use: "renew HOME", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"make new keys of a validator and print the call by which an administrator gives them to the chain", "为验证者生成新密钥，并输出管理员将其提交到链上所用的调用"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, arguments []string) error {
		call, err := network.RenewCall(command.Context(), t.Registry, arguments[0], client())
		if err != nil {
			return homeProblem(err)
		}
		shown := t.memberCall(call)
		return t.result(shown, func() {
			t.showMemberCall(shown)
			t.say(Text{"before that, start the node anew: it then knows both pairs of keys", "在此之前重新启动节点，使其同时掌握新旧两对密钥"})
			t.say(Text{"after that: credible network member settle %s", "在此之后：credible network member settle %s"}, arguments[0])
		})
	}
	return command
}

func (t *terminal) memberSettle() *cobra.Command {
	command := &cobra.Command{
		Use: "settle HOME", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"put the old keys of a validator aside, once the chain has the new ones", "链上采用新密钥之后，将验证者的旧密钥移到一旁"}),
	}
	client := t.remote(command)
	command.RunE = func(command *cobra.Command, arguments []string) error {
		if err := network.SettleKeys(command.Context(), t.Registry, arguments[0], client()); err != nil {
			return homeProblem(err)
		}
		return t.result(map[string]string{"home": arguments[0]}, func() {
			t.say(Text{"the new keys are in place; the old ones lie beside them as .old", "新密钥已就位；旧密钥以 .old 保留在旁"})
		})
	}
	return command
}

// memberCall is a call with what it does, for who sends it.
type memberCall struct {
	*network.Call
	Change string `json:"change"`
}

func (t *terminal) memberCall(call *network.Call) *memberCall {
	does := Text{"gives validator %s of %s new keys", "为验证者 %s（机构 %s）更换新密钥"}
	if call.Kind == network.CallAdd {
		does = Text{"adds validator %s of %s", "加入验证者 %s（机构 %s）"}
	}
	return &memberCall{call, fmt.Sprintf(t.text(does), call.Validator, call.Organisation)}
}

func (t *terminal) showMemberCall(call *memberCall) {
	t.say(Text{"it %s; an administrator sends:", "该调用：%s；由管理员发送："}, call.Change)
	t.say(Text{"credible send --to %s --data 0x%x --from ADMINISTRATOR", "credible send --to %s --data 0x%x --from 管理员"}, call.To, []byte(call.Data))
}
