package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type checked struct {
	Height uint64
	Hash   string
	Fresh  bool
}

func TestALightClientStartsFromGenesisFromATrustedBlockAndWhereItStopped(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	passphrase := keys(t)
	must(t, "account", "import", "--light", "--key-file", write(t, "key", secret), "--passphrase-file", passphrase)
	must(t, "genesis", "create", "--home", home, "--name", "trade", "--allocate", address+"=5ether")
	rewrite(t, filepath.Join(home, "config.toml"), func(s string) string { return strings.Replace(s, "127.0.0.1:8545", "127.0.0.1:0", 1) })
	url, stop := start(t, "node", "start", "--home", home)
	defer stop()
	t.Setenv("CREDIBLE_RPC", url)
	pay := func() {
		must(t, "send", "--passphrase-file", passphrase, "--to", "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "--value", "1")
	}
	genesis, kept := filepath.Join(home, "genesis.json"), filepath.Join(t.TempDir(), "trusted")
	pay()
	first := decode[checked](t, "light", "--genesis", genesis, "--trusted", kept)
	if first.Height != 1 || !first.Fresh {
		t.Fatalf("from genesis: %+v", first)
	}
	pay()
	if again := decode[checked](t, "light", "--genesis", genesis, "--trusted", kept, "--max-age", "1h"); again.Height != 2 {
		t.Errorf("from where it stopped: %+v", again)
	}
	pinned := fmt.Sprintf("%d:%s", first.Height, first.Hash)
	if again := decode[checked](t, "light", "--genesis", genesis, "--checkpoint", pinned); again.Height != 2 {
		t.Errorf("from a trusted block: %+v", again)
	}

	pay() // a checkpoint is only too old when there is something after it
	refused(t, 1, "CL-LIGHT-001", "too old", "light", "--genesis", genesis, "--trusted", kept, "--trust-period", "1ns")
	refused(t, 1, "CL-LIGHT-001", "too old", "light", "--genesis", genesis, "--checkpoint", pinned, "--trust-period", "1ns")
	refused(t, 1, "CL-LIGHT-001", "too old", "light", "--genesis", genesis, "--max-age", "1ns")
	refused(t, 1, "CL-LIGHT-001", "is trusted", "light", "--genesis", genesis, "--checkpoint", "2:"+first.Hash)
	refused(t, 1, "CL-LIGHT-001", "not a number", "light", "--genesis", genesis, "--checkpoint", "one:"+first.Hash)
	refused(t, 1, "CL-LIGHT-001", "HEIGHT:HASH", "light", "--genesis", genesis, "--checkpoint", first.Hash)
	refused(t, 1, "CL-LIGHT-001", "no header", "light", "--genesis", genesis, "--checkpoint", "99:"+first.Hash)
	refused(t, 2, "CL-LIGHT-001", "--genesis FILE", "light")

	other := filepath.Join(t.TempDir(), "other")
	must(t, "genesis", "create", "--home", other, "--name", "other")
	refused(t, 1, "CL-LIGHT-001", "of chain", "light", "--genesis", filepath.Join(other, "genesis.json"), "--trusted", kept)
	for _, damage := range []string{"", "zz", "c0", strings.Repeat("00", 5<<20)} {
		if err := os.WriteFile(kept, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, 1, "CL-LIGHT-001", "not a checkpoint", "light", "--genesis", genesis, "--trusted", kept)
	}
}
