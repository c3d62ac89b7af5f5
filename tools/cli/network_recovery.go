package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/network"
)

// networkRecovery groups the three steps by which organisations that keep their own nodes
// go on after too many are lost. The first two write JSON, to be kept in a file and sent
// to the others.
func (t *terminal) networkRecovery() *cobra.Command {
	return t.group("recovery", Text{"agree between organisations to go on after too many validators are lost for ever", "过多验证者永久丢失后，由各机构共同决定继续运行"},
		t.recoveryDraft, t.recoveryApprove, t.recoveryAdopt)
}

func (t *terminal) recoveryDraft() *cobra.Command {
	var keep []string
	var reason string
	command := &cobra.Command{
		Use: "draft HOME --keep VALIDATOR…", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"step 1: draft that the named validators go on from the last block of this stopped node", "第 1 步：起草由指定验证者从本（已停止的）节点的最后区块继续"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			if len(keep) == 0 {
				return misused("CL-NETWORK-001", Text{"a recovery names who goes on", "恢复须指定由谁继续"},
					Text{"name them with --keep VALIDATOR,VALIDATOR, by organisation or id", "请用 --keep 验证者,验证者 指定（机构名或 ID）"})
			}
			return t.standing(command.Context(), arguments[0], func(at *network.Standing) error {
				ids, err := validatorsNamed(at.Validators, keep)
				if err != nil {
					return err
				}
				draft, err := network.DraftRecovery(at, ids, reason)
				if err != nil {
					return err
				}
				return t.print(draft)
			})
		},
	}
	command.Flags().StringSliceVar(&keep, "keep", nil, t.text(Text{"validators that go on, by organisation or id; may be repeated", "继续运行的验证者（机构名或 ID），可重复"}))
	command.Flags().StringVar(&reason, "reason", "", t.text(Text{"why, for those who read the chain later", "原因，供日后查阅"}))
	return command
}

// validatorsNamed finds the members of a set by organisation or id.
func validatorsNamed(set *chain.ValidatorSet, names []string) (ids []chain.NodeID, err error) {
	for _, name := range names {
		var found []chain.NodeID
		for i := range set.Members {
			if m := &set.Members[i]; m.Organisation == name || m.ID.String() == name {
				found = append(found, m.ID)
			}
		}
		switch len(found) {
		case 1:
			ids = append(ids, found[0])
		case 0:
			return nil, fmt.Errorf("no validator is called %s; there are %s", name, organisations(set))
		default:
			return nil, fmt.Errorf("%d validators are of %s; name them by id", len(found), name)
		}
	}
	return ids, nil
}

func organisations(set *chain.ValidatorSet) (names []string) {
	for i := range set.Members {
		names = append(names, fmt.Sprintf("%s (%s)", set.Members[i].Organisation, set.Members[i].ID))
	}
	return names
}

func (t *terminal) recoveryApprove() *cobra.Command {
	return &cobra.Command{
		Use: "approve HOME DRAFT.json", Args: cobra.ExactArgs(2),
		Short: t.text(Text{"step 2: sign a draft that this organisation has read; its node must stay stopped until step 3", "第 2 步：审阅后签署草案；在第 3 步之前节点须保持停止"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			draft := &network.RecoveryRecord{}
			if err := readJSON(arguments[1], draft); err != nil {
				return recoveryProblem(err)
			}
			return t.standing(command.Context(), arguments[0], func(at *network.Standing) error {
				approval, err := at.Approve(t.Registry, draft)
				if err != nil {
					return err
				}
				return t.print(approval)
			})
		},
	}
}

func (t *terminal) recoveryAdopt() *cobra.Command {
	return &cobra.Command{
		Use: "adopt HOME DRAFT.json APPROVAL.json…", Args: cobra.MinimumNArgs(3),
		Short: t.text(Text{"step 3: have the node follow it, once all who go on have approved", "第 3 步：全部继续者签署后，使节点遵从该决定"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			draft := &network.RecoveryRecord{}
			if err := readJSON(arguments[1], draft); err != nil {
				return recoveryProblem(err)
			}
			approvals := make([]*network.RecoveryApproval, len(arguments)-2)
			for i, file := range arguments[2:] {
				approvals[i] = &network.RecoveryApproval{}
				if err := readJSON(file, approvals[i]); err != nil {
					return recoveryProblem(err)
				}
			}
			return t.standing(command.Context(), arguments[0], func(at *network.Standing) error {
				r, err := at.Adopt(draft, approvals)
				if err != nil {
					return err
				}
				return t.result(draft, func() {
					t.say(Text{"blocks up to %d are kept; %d validators decide from height %d", "保留至高度 %d；自高度 %[3]d 起由 %[2]d 个验证者决定"}, r.Height, len(r.Validators.Members), r.Height+1)
					t.say(Text{"start it with: credible node start --home %s", "启动命令：credible node start --home %s"}, arguments[0])
				})
			})
		},
	}
}

// recoveryProblem is networkProblem for who only has the home of one node.
func recoveryProblem(why error) error {
	var problem *Problem
	if err := networkProblem(why); errors.As(err, &problem) && problem.Code == "CL-NETWORK-001" {
		problem.What = Text{"the recovery does not go on", "恢复未能继续"}
		problem.Next = Text{"mend what the reason says; credible network show DRAFT.json shows what a draft says", "请按原因修正；credible network show 草案.json 可查看草案内容"}
		return problem
	}
	return why
}

// standing does something with where the stopped node of a home stands.
func (t *terminal) standing(ctx context.Context, home string, do func(*network.Standing) error) (err error) {
	place := &dataPlace{home: home}
	c, err := t.openStopped(ctx, place)
	if err != nil {
		return recoveryProblem(err)
	}
	tip := c.Tip()
	validators, err := c.RecordedValidators(tip.Header.Height + 1)
	if err = errors.Join(err, c.close(ctx)); err != nil {
		return recoveryProblem(err)
	}
	at := &network.Standing{Home: home, Data: place.data, Suite: c.Suite(), Identity: c.Identity(), Height: tip.Header.Height, Hash: tip.Hash, Validators: validators}
	if err := do(at); err != nil {
		return recoveryProblem(err)
	}
	return nil
}
