package cli

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/conformance"
	conformconsensus "github.com/credibleledger/credibleledger/conformance/consensus"
	conformcontract "github.com/credibleledger/credibleledger/conformance/contract"
	"github.com/credibleledger/credibleledger/conformance/contract/evmsample"
	conformcrypto "github.com/credibleledger/credibleledger/conformance/crypto"
	conformledger "github.com/credibleledger/credibleledger/conformance/ledger"
	conformnetwork "github.com/credibleledger/credibleledger/conformance/network"
	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// directions are the directions that have a conformance suite, with the default
// module of each.
var directions = []struct{ name, module string }{{"crypto", "standard"}, {"ledger", "segment"}, {"contract", "evm"}, {"consensus", "solo"}, {"network", "mesh"}}

func directionNames() []string {
	names := make([]string, len(directions))
	for i, d := range directions {
		names[i] = d.name
	}
	return names
}

// contractSamples are the programs of the virtual machines that can be judged.
var contractSamples = map[string]func() conformcontract.Samples{"evm": evmsample.Samples}

// deviations are what modules of this distribution are known not to keep. They are
// shown in every report; --strict judges them too.
var deviations = map[string]map[string]string{
	"evm": {
		"event-size-is-limited": "as on Ethereum, gas alone bounds events",
	},
}

func (t *terminal) conform() *cobra.Command {
	var judged judgement
	command := &cobra.Command{
		Use: "conform DIRECTION", Args: cobra.ExactArgs(1), ValidArgs: directionNames(),
		Short: t.text(Text{"judge a module by the standard's rules", "按标准规则检验模块"}),
		Long: t.text(Text{
			"Runs the conformance suite of a direction – " + strings.Join(directionNames(), ", ") + " – against a module of this binary.\nExit code 0 only when every rule passes or does not apply.",
			"对本程序中的模块运行指定方向的一致性测试：" + strings.Join(directionNames(), "、") + "。\n仅当所有规则通过或不适用时退出码为 0。",
		}),
		Example: "  credible conform crypto --module gm\n  credible conform ledger -o json",
	}
	flags := command.Flags()
	flags.StringVar(&judged.module, "module", "", t.text(Text{"module to judge (default: the direction's own)", "要检验的模块（默认为该方向的默认模块）"}))
	flags.StringVar(&judged.suite, "crypto", "standard", t.text(Text{"crypto suite that the module works with", "模块所用的密码套件"}))
	flags.StringVar(&judged.commitment, "commitment", "", t.text(Text{"state commitment that a ledger works with (default: binary)", "账本所用的状态承诺（默认 binary）"}))
	flags.BoolVar(&judged.strict, "strict", false, t.text(Text{"judge known deviations too", "同时检验已知偏差"}))
	command.RunE = func(command *cobra.Command, arguments []string) error {
		judged.direction = arguments[0]
		return t.runConform(command.Context(), judged)
	}
	return command
}

// judgement says what is to be judged, and beside what.
type judgement struct {
	direction, module string
	suite, commitment string
	strict            bool
}

func (t *terminal) runConform(ctx context.Context, judged judgement) error {
	for _, d := range directions {
		if d.name == judged.direction && judged.module == "" {
			judged.module = d.module
		}
	}
	module := judged.module
	direction, err := direct(t.Registry, judged)
	if err != nil {
		return &Problem{
			Code: "CL-CONFORM-001", Usage: true, Why: err, What: Text{"there is nothing to judge", "没有可检验的模块"},
			Next: Text{"credible conform --help lists the directions; the reason lists the modules", "credible conform --help 列出各方向；原因中列出可用模块"},
		}
	}
	report := conformance.Execute(ctx, direction, module)
	write := report.WriteText
	if t.output == "json" {
		write = report.WriteJSON
	}
	if err := write(t.out); err != nil {
		return err
	}
	if report.Passed() {
		return nil
	}
	failed := len(report.Results) - report.Count(conformance.Passed) - report.Count(conformance.NotApplicable)
	return &Problem{
		Code: "CL-CONFORM-002", What: Text{fmt.Sprintf("%s does not keep the standard: %d rules failed", module, failed), fmt.Sprintf("%s 不符合标准：%d 条规则未通过", module, failed)},
		Next: Text{"the report names the rules and the reasons", "报告中列出了规则与原因"},
	}
}

// direct makes the rules of a direction for a module of the registry.
func direct(registry *kernel.Registry, asked judgement) (conformance.Direction, error) {
	none, module := conformance.Direction{}, asked.module
	suite, err := registry.CryptoSuite(asked.suite)
	if err != nil {
		return none, err
	}
	switch asked.direction {
	case "crypto":
		judged, err := registry.CryptoSuite(module)
		if err != nil {
			return none, err
		}
		return conformcrypto.Direction(func() crypto.Suite { return judged }), nil
	case "consensus":
		judged, err := registry.ConsensusModule(module)
		if err != nil {
			return none, err
		}
		return conformconsensus.Direction(conformconsensus.Subject{New: func() consensus.Module { return judged }}), nil
	case "ledger":
		return ledgerDirection(registry, module, asked.commitment, suite)
	case "network":
		return networkDirection(registry, module)
	case "contract":
		return contractDirection(registry, module, suite, asked.strict)
	}
	return none, fmt.Errorf("no conformance suite for %q; there are %v", asked.direction, directionNames())
}

// ledgerDirection judges a ledger with a commitment, by default the first of the
// registry's. Rules that need a disk which loses power do not apply: the module's own
// tests bring one.
func ledgerDirection(registry *kernel.Registry, module, commitment string, suite crypto.Suite) (conformance.Direction, error) {
	judged, err := registry.LedgerModule(module)
	if err != nil {
		return conformance.Direction{}, err
	}
	if names := slices.Sorted(maps.Keys(registry.Commitments)); commitment == "" && len(names) > 0 {
		commitment = names[0]
	}
	tree, err := registry.Commitment(commitment)
	if err != nil {
		return conformance.Direction{}, err
	}
	subject := conformledger.Subject{
		Open: judged.Open, Commitment: commitment, Tree: tree(suite), Hasher: suite,
		CodeHash: func(code []byte) chain.Hash { return keccak.Keccak256(code) },
	}
	if restorer, can := judged.(ledger.Restorer); can {
		subject.Restore = restorer.Restore
	}
	return conformledger.Direction(subject), nil
}

// networkDirection judges a mesh over the first of the registry's channels, or a channel
// below the first of its meshes. Addresses are ports of this machine.
func networkDirection(registry *kernel.Registry, module string) (conformance.Direction, error) {
	channels, meshes := slices.Sorted(maps.Keys(registry.Channels)), slices.Sorted(maps.Keys(registry.Mesh))
	if len(channels) == 0 || len(meshes) == 0 {
		return conformance.Direction{}, errors.New("this binary has no mesh with a channel")
	}
	channel, mesh := channels[0], module
	if slices.Contains(channels, module) {
		channel, mesh = module, meshes[0]
	}
	judged, err := registry.MeshModule(mesh)
	if err != nil {
		return conformance.Direction{}, err
	}
	below, err := registry.ChannelModule(channel)
	if err != nil {
		return conformance.Direction{}, err
	}
	return conformnetwork.Direction(conformnetwork.Subject{Channels: below, Mesh: judged, Listen: "127.0.0.1:0"}), nil
}

func contractDirection(registry *kernel.Registry, module string, suite crypto.Suite, strict bool) (conformance.Direction, error) {
	subject := conformcontract.Subject{
		New: func() contract.VM {
			machine, err := machineOf(registry, module, suite)
			if err != nil {
				return nil // it was there below
			}
			return machine
		},
		Rules: 1, NewState: func() contract.State { return state.New(emptyView{}) },
	}
	if _, err := machineOf(registry, module, suite); err != nil {
		return conformance.Direction{}, err
	}
	samples, ok := contractSamples[module]
	if !ok {
		return conformance.Direction{}, fmt.Errorf("no sample programs for %q; there are some for %v", module, slices.Sorted(maps.Keys(contractSamples)))
	}
	subject.Samples = samples()
	if !strict {
		subject.Deviations = deviations[module]
	}
	return conformcontract.Direction(subject), nil
}

func machineOf(registry *kernel.Registry, name string, suite crypto.Suite) (contract.VM, error) {
	machines, err := registry.Contracts(suite)
	if err != nil {
		return nil, err
	}
	unknown := &kernel.ErrUnknownModule{Direction: "contract", Name: name}
	for _, machine := range machines {
		if machine.Name() == name {
			return machine, nil
		}
		unknown.Known = append(unknown.Known, machine.Name())
	}
	return nil, unknown
}

// emptyView is the state of a ledger without entries.
type emptyView struct{}

func (emptyView) Get(chain.StateKey) ([]byte, error) { return nil, nil }

func (emptyView) Scan(chain.Address, chain.Space, string, func(string, []byte) bool) error {
	return nil
}
