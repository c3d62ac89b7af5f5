package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type ledgerReport struct {
	Identity                string
	Decided, Executed       uint64
	OldestBody, OldestState uint64
	Entries                 uint64
	Bytes                   int64
	Files                   int
	Parts                   []struct{ Name string }
}

type archiveReport struct{ From, To, Head uint64 }

// ran makes a home whose chain has a window of two heights, and six blocks.
func ran(t *testing.T) (home string) {
	t.Helper()
	home = filepath.Join(t.TempDir(), "home")
	passphrase := keys(t)
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	must(t, "genesis", "create", "--home", home, "--allocate", address+"=5ether")
	rewrite(t, filepath.Join(home, "genesis.json"), func(s string) string { return strings.Replace(s, `"window":1024`, `"window":2`, 1) })
	rewrite(t, filepath.Join(home, "config.toml"), func(s string) string { return strings.Replace(s, "127.0.0.1:8545", "127.0.0.1:0", 1) })
	url, stop := start(t, "node", "start", "--home", home)
	t.Setenv("CREDIBLE_RPC", url)
	for range 6 {
		must(t, "send", "--passphrase-file", passphrase, "--to", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--value", "1gwei")
	}
	if code := stop(); code != 0 {
		t.Fatalf("the node ended with exit code %d", code)
	}
	return home
}

func TestALedgerIsMeasuredCompactedAndPruned(t *testing.T) {
	home := ran(t)
	before := decode[ledgerReport](t, "ledger", "stats", "--home", home)
	if before.Executed != 6 || before.Decided != 6 || before.Entries == 0 || before.Bytes == 0 || before.Files < 3 || len(before.Parts) < 4 {
		t.Errorf("%+v", before)
	}
	compacted := decode[struct{ BytesBefore, BytesAfter int64 }](t, "ledger", "compact", "--home", home)
	if compacted.BytesBefore == 0 || compacted.BytesAfter == 0 {
		t.Errorf("%+v", compacted)
	}
	refused(t, 1, "CL-LEDGER-003", "prune below 4 at most", "ledger", "prune", "--home", home, "--below", "5")
	refused(t, 1, "CL-LEDGER-003", "prune below 4 at most", "ledger", "prune", "--home", home, "--retain", "1")
	refused(t, 2, "CL-LEDGER-001", "--retain", "ledger", "prune", "--home", home)
	refused(t, 2, "CL-LEDGER-001", "--retain", "ledger", "prune", "--home", home, "--below", "1", "--retain", "1")
	if pruned := decode[struct{ Below, OldestState uint64 }](t, "ledger", "prune", "--home", home, "--retain", "3"); pruned.Below != 3 || pruned.OldestState != 3 {
		t.Errorf("%+v", pruned)
	}
	after := decode[ledgerReport](t, "ledger", "stats", "--home", home)
	if after.OldestState != 3 || after.Entries != before.Entries || after.Identity != before.Identity {
		t.Errorf("%+v", after)
	}
	if report := decode[verifyReport](t, "verify", "--home", home); !report.OK {
		t.Errorf("%+v", report)
	}
}

func TestBlocksAreExportedAndImported(t *testing.T) {
	data := stored(t)()
	file, other := filepath.Join(t.TempDir(), "blocks"), filepath.Join(t.TempDir(), "data")
	if written := decode[archiveReport](t, "ledger", "export", "--data", data, "--out", file, "--to", "2"); written != (archiveReport{1, 2, 3}) {
		t.Errorf("%+v", written)
	}
	rest := filepath.Join(t.TempDir(), "rest")
	decode[archiveReport](t, "ledger", "export", "--data", data, "--out", rest, "--from", "3")
	refused(t, 1, "CL-LEDGER-003", "there already", "ledger", "export", "--data", data, "--out", file)
	refused(t, 1, "CL-LEDGER-003", "blocks from 2 to 9", "ledger", "export", "--data", data, "--out", file+"9", "--from", "2", "--to", "9")
	refused(t, 2, "CL-LEDGER-001", "--out", "ledger", "export", "--data", data)
	refused(t, 1, "CL-LEDGER-004", "height 3, the tip is 0", "ledger", "import", rest, "--data", filepath.Join(t.TempDir(), "gap"))
	for _, step := range []struct {
		file string
		head uint64
	}{{file, 2}, {rest, 3}, {file, 3}} { // what is there already does no harm
		if read := decode[archiveReport](t, "ledger", "import", step.file, "--data", other); read.Head != step.head {
			t.Errorf("%+v", read)
		}
	}
	mine, theirs := decode[verifyReport](t, "verify", "--data", other), decode[verifyReport](t, "verify", "--data", data)
	if !mine.OK || mine.Identity != theirs.Identity || mine.Height != theirs.Height {
		t.Errorf("%+v", mine)
	}
	rewrite(t, rest, func(s string) string { return s[:len(s)-9] + string(s[len(s)-9]^1) + s[len(s)-8:] })
	refused(t, 1, "CL-LEDGER-004", "checksum", "ledger", "import", rest, "--data", filepath.Join(t.TempDir(), "x"))
	if err := os.Truncate(file, 100); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "CL-LEDGER-004", "ends inside a record", "ledger", "import", file, "--data", other)
}

func TestADirectoryOfAnotherChainTakesNoBlocks(t *testing.T) {
	data, file := stored(t)(), filepath.Join(t.TempDir(), "blocks")
	decode[archiveReport](t, "ledger", "export", "--data", data, "--out", file)
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	refused(t, 1, "CL-LEDGER-004", "the file is of chain", "ledger", "import", file, "--home", home)
	refused(t, 1, "CL-LEDGER-002", "no ledger", "ledger", "stats", "--data", t.TempDir(), "--genesis", filepath.Join(home, "genesis.json"))
}

func TestADirectoryThatANodeHoldsIsNamed(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	must(t, "genesis", "create", "--home", home)
	rewrite(t, filepath.Join(home, "config.toml"), func(s string) string { return strings.ReplaceAll(s, "127.0.0.1:8545", "127.0.0.1:0") })
	_, stop := start(t, "node", "start", "--home", home)
	out := filepath.Join(t.TempDir(), "out")
	for _, command := range [][]string{{"ledger", "stats"}, {"ledger", "compact"}, {"ledger", "prune", "--retain", "5"}, {"ledger", "export", "--out", out}} {
		refused(t, 1, "CL-LEDGER-002", home, append(command, "--home", home)...)
	}
	refused(t, 1, "CL-SNAPSHOT-002", "in use", "snapshot", "create", "--home", home, "--out", out)
	if code := stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if report := decode[ledgerReport](t, "ledger", "stats", "--home", home); report.Executed != 0 {
		t.Errorf("%+v", report)
	}
}
