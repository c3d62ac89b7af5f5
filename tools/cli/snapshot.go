package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/ledger/segment"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

func (t *terminal) snapshot() *cobra.Command {
	return t.group("snapshot", Text{"keep the state of one height with what proves it", "保存某一高度的状态及其证明"},
		t.snapshotCreate, t.snapshotVerify, t.snapshotRestore)
}

// snapshotReport is what the commands say of a snapshot.
type snapshotReport struct {
	Folder    string     `json:"folder"`
	Chain     string     `json:"chain"`
	Identity  chain.Hash `json:"identity"`
	Height    uint64     `json:"height"`
	First     uint64     `json:"firstHeader"` // whose ids are known
	StateRoot chain.Hash `json:"stateRoot"`
	Last      chain.Hash `json:"lastHeader"`
	Parts     uint64     `json:"parts"`
	Bytes     uint64     `json:"bytes"`
	Directory string     `json:"directory,omitempty"` // that it was restored to
	Head      uint64     `json:"head,omitempty"`      // from which a node goes on there
}

func snapshotReportOf(folder string, genesis *chain.Genesis, m *snapshot.Manifest) *snapshotReport {
	return &snapshotReport{
		Folder: folder, Chain: genesis.Name, Identity: m.Identity, Height: m.Height, First: m.First, StateRoot: m.StateRoot, Last: m.Last,
		Parts: m.Parts(), Bytes: m.Bytes(),
	}
}

func (t *terminal) snapshotCreate() *cobra.Command {
	var place dataPlace
	var folder string
	var height uint64
	command := &cobra.Command{
		Use: "create --data DIR|--home HOME --out FOLDER", Args: cobra.NoArgs,
		Short: t.text(Text{"write a snapshot of a stopped chain", "为已停止的链写出快照"}),
		RunE: func(command *cobra.Command, _ []string) error {
			if !place.named() || folder == "" {
				return snapshotUsage(Text{"--data DIR, or --home HOME, and --out FOLDER", "--data 目录（或 --home 目录）与 --out 文件夹"})
			}
			report, err := t.createSnapshot(command.Context(), place, folder, height)
			if err != nil {
				return snapshotProblem("CL-SNAPSHOT-002", err, Text{"the snapshot cannot be taken", "无法生成快照"},
					Text{"stop the node that uses the directory, and choose a height and a new folder", "请停止正在使用该目录的节点，并选择可用的高度与新的文件夹"})
			}
			return t.result(report, func() {
				t.showSnapshot(report)
				t.say(Text{"check it with: credible snapshot verify %s", "校验：credible snapshot verify %s"}, folder)
			})
		},
	}
	t.dataFlags(command, &place)
	command.Flags().StringVar(&folder, "out", "", t.text(Text{"a new folder", "新的文件夹"}))
	command.Flags().Uint64Var(&height, "height", 0, t.text(Text{"height of the state (default: the newest possible)", "状态的高度（默认为可用的最新高度）"}))
	return command
}

func (t *terminal) createSnapshot(ctx context.Context, place dataPlace, folder string, height uint64) (report *snapshotReport, err error) {
	c, err := t.openStopped(ctx, &place)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.close(ctx)) }()
	rules, err := snapshot.RulesOf(t.Registry, c.Genesis())
	if err != nil {
		return nil, err
	}
	if height == 0 {
		height = rules.Latest(c.Ledger().Status())
	}
	manifest, err := snapshot.Create(ctx, rules, c.Ledger(), height, folder)
	if err != nil {
		return nil, err
	}
	return snapshotReportOf(folder, c.Genesis(), manifest), nil
}

// snapshotTrust is what the commands that read a snapshot are told to believe.
type snapshotTrust struct {
	genesis string
	height  uint64
	hash    string
}

func (t *terminal) snapshotTrustFlags(command *cobra.Command, trust *snapshotTrust) {
	command.Flags().StringVar(&trust.genesis, "genesis", "", t.text(Text{"the genesis file that the snapshot must be of (default: the snapshot's own)", "快照须属于的创世文件（默认为快照自带的）"}))
	command.Flags().Uint64Var(&trust.height, "trust-height", 0, t.text(Text{"height of a trusted header, where no trail leads from genesis", "可信区块头的高度（当无法从创世推导时）"}))
	command.Flags().StringVar(&trust.hash, "trust-hash", "", t.text(Text{"its hash", "该区块头的哈希"}))
}

// openSnapshot opens a folder and makes sure that it is of the chain that is meant.
func (t *terminal) openSnapshot(folder string, trust snapshotTrust) (s *snapshot.Snapshot, trusted *snapshot.Checkpoint, err error) {
	if s, err = snapshot.Open(t.Registry, folder); err != nil {
		return nil, nil, err
	}
	if trust.genesis != "" {
		_, genesis, err := readGenesis(trust.genesis)
		if err != nil {
			return nil, nil, err
		}
		identity, err := genesis.Identity(s.Suite)
		if err == nil {
			err = s.Fits(identity)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	if (trust.hash == "") != (trust.height == 0) {
		return nil, nil, errors.New("--trust-height and --trust-hash belong together: give both, or none")
	}
	if trust.hash != "" {
		trusted = &snapshot.Checkpoint{Height: trust.height}
		if err := trusted.Hash.UnmarshalText([]byte(trust.hash)); err != nil {
			return nil, nil, err
		}
	}
	return s, trusted, nil
}

// snapshotTarget says how a snapshot is restored into a directory.
func (t *terminal) snapshotTarget(s *snapshot.Snapshot, directory string) (target snapshot.Target, err error) {
	restorer, err := snapshot.RestorerOf(t.Registry, segment.Name)
	return snapshot.Target{Directory: directory, Restorer: restorer}, err
}

func (t *terminal) snapshotVerify() *cobra.Command {
	var trust snapshotTrust
	command := &cobra.Command{
		Use: "verify FOLDER", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"check a snapshot offline, down to every entry", "离线校验快照，直至每个条目"}),
		Long: t.text(Text{
			"Checks that the snapshot is whole and that its state is the chain's: from the validators of genesis over\ntheir decisions to the state root, and from there to every entry. Exit code 0 only when all holds.",
			"校验快照完整，且其状态确属该链：从创世验证者经由其决定到状态根，再到每个条目。仅当全部成立时退出码为 0。",
		}),
		RunE: func(command *cobra.Command, arguments []string) error {
			report, err := t.verifySnapshot(command.Context(), arguments[0], trust)
			if err != nil {
				return snapshotProblem("CL-SNAPSHOT-003", err, Text{"the snapshot does not hold", "快照不成立"},
					Text{"take it again from a node that you trust, or name a trusted header with --trust-height and --trust-hash", "请从可信节点重新获取，或用 --trust-height 与 --trust-hash 指定可信的区块头"})
			}
			return t.result(report, func() { t.showSnapshot(report); t.say(Text{"all checks hold", "全部校验通过"}) })
		},
	}
	t.snapshotTrustFlags(command, &trust)
	return command
}

func (t *terminal) verifySnapshot(ctx context.Context, folder string, trust snapshotTrust) (*snapshotReport, error) {
	s, trusted, err := t.openSnapshot(folder, trust)
	if err != nil {
		return nil, err
	}
	target, err := t.snapshotTarget(s, "")
	if err != nil {
		return nil, err
	}
	bar := t.progress(Text{"state", "状态"})
	if err := s.Verify(ctx, target, trusted, bar.set); err != nil {
		return nil, err
	}
	bar.done()
	return snapshotReportOf(folder, s.Genesis, s.Manifest), nil
}

func (t *terminal) snapshotRestore() *cobra.Command {
	var trust snapshotTrust
	var place dataPlace
	command := &cobra.Command{
		Use: "restore FOLDER --data DIR|--home HOME", Args: cobra.ExactArgs(1),
		Short: t.text(Text{"begin a node's data directory with a snapshot", "以快照建立节点的数据目录"}),
		RunE: func(command *cobra.Command, arguments []string) error {
			if !place.named() {
				return snapshotUsage(Text{"--data DIR, or --home HOME", "--data 目录，或 --home 目录"})
			}
			report, err := t.restoreSnapshot(command.Context(), arguments[0], &place, trust)
			if err != nil {
				return snapshotProblem("CL-SNAPSHOT-004", err, Text{"the snapshot cannot be restored", "无法恢复快照"},
					Text{"name a directory without a ledger and a snapshot that holds; an interrupted restoration is begun again by the same command", "请指定没有账本的目录与成立的快照；中断的恢复可用同一命令重新开始"})
			}
			return t.result(report, func() {
				t.showSnapshot(report)
				t.say(Text{"restored to %s: the node goes on from height %d", "已恢复到 %s：节点将从高度 %d 继续"}, report.Directory, report.Head)
			})
		},
	}
	command.Flags().StringVar(&place.data, "data", "", t.text(Text{"the data directory to make, such as data in a node's home", "要建立的数据目录，例如节点目录中的 data"}))
	command.Flags().StringVar(&place.home, "home", "", t.text(Text{"instead of --data: the node's directory, with config.toml and genesis.json", "代替 --data：含 config.toml 与 genesis.json 的节点目录"}))
	t.snapshotTrustFlags(command, &trust)
	return command
}

func (t *terminal) restoreSnapshot(ctx context.Context, folder string, place *dataPlace, trust snapshotTrust) (*snapshotReport, error) {
	if place.home != "" {
		if err := place.resolve(); err != nil {
			return nil, err
		}
		if trust.genesis == "" {
			trust.genesis = place.genesis
		}
	}
	s, trusted, err := t.openSnapshot(folder, trust)
	if err != nil {
		return nil, err
	}
	target, err := t.snapshotTarget(s, place.data)
	if err != nil {
		return nil, err
	}
	bar := t.progress(Text{"state", "状态"})
	if err := s.Restore(ctx, target, trusted, bar.set); err != nil {
		return nil, err
	}
	bar.done()
	report := snapshotReportOf(folder, s.Genesis, s.Manifest)
	report.Directory = place.data
	return report, t.beginAt(ctx, place, s, report)
}

// beginAt opens what was restored as a node does, which makes sure that it can go on.
func (t *terminal) beginAt(ctx context.Context, place *dataPlace, s *snapshot.Snapshot, report *snapshotReport) error {
	c, err := t.openChain(ctx, place, s.Genesis)
	if err != nil {
		return err
	}
	report.Head = c.Head().Header.Height
	if err := c.close(ctx); err != nil {
		return err
	}
	if place.home != "" {
		return nil
	}
	if _, beside, err := readGenesis(genesisBeside(place.data)); err == nil {
		if identity, err := beside.Identity(s.Suite); err == nil && identity == s.Identity {
			return nil
		}
	}
	return writeGenesis(place.data, s.Manifest.Genesis)
}

func (t *terminal) showSnapshot(r *snapshotReport) {
	t.say(Text{
		"snapshot of chain %s at height %d: %d parts, %d bytes\nidentity    %s\nstate root  %s\nlast header %s",
		"链 %s 在高度 %d 的快照：%d 个部分，%d 字节\n链标识   %s\n状态根   %s\n最后区块头 %s",
	}, r.Chain, r.Height, r.Parts, r.Bytes, r.Identity, r.StateRoot, r.Last)
}

func snapshotUsage(needs Text) error {
	return &Problem{
		Code: "CL-SNAPSHOT-001", Usage: true, What: Text{"something is not named", "缺少参数"},
		Next: Text{"give " + needs.En, "请指定 " + needs.Zh},
	}
}

func snapshotProblem(code string, why error, what, next Text) error {
	return &Problem{Code: code, Why: why, What: what, Next: next}
}
