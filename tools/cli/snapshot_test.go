package cli_test

import (
	"os"
	"path/filepath"
	"testing"
)

type snapshotReport struct {
	Height    uint64
	StateRoot string
	Parts     uint64
}

func TestASnapshotIsTakenCheckedAndBegunWith(t *testing.T) {
	copyOf := stored(t)
	data, folder := copyOf(), filepath.Join(t.TempDir(), "snapshot")
	genesis := filepath.Join(data, "genesis.json")
	taken := decode[snapshotReport](t, "snapshot", "create", "--data", data, "--out", folder)
	if taken.Height != 3 || taken.Parts == 0 {
		t.Fatalf("%+v", taken)
	}
	if checked := decode[snapshotReport](t, "snapshot", "verify", folder, "--genesis", genesis); checked != taken {
		t.Errorf("%+v, taken was %+v", checked, taken)
	}
	restored := filepath.Join(t.TempDir(), "data")
	decode[snapshotReport](t, "snapshot", "restore", folder, "--data", restored)
	report := decode[verifyReport](t, "verify", "--data", restored)
	if !report.OK || report.Height != 3 {
		t.Errorf("%+v", report)
	}
	refused(t, 1, "CL-SNAPSHOT-004", "empty directory", "snapshot", "restore", folder, "--data", restored)
	refused(t, 1, "CL-SNAPSHOT-002", "height", "snapshot", "create", "--data", data, "--out", filepath.Join(t.TempDir(), "x"), "--height", "77")
	refused(t, 1, "CL-SNAPSHOT-002", "not empty", "snapshot", "create", "--data", data, "--out", folder)
	refused(t, 2, "CL-SNAPSHOT-001", "--out", "snapshot", "create", "--data", data)
	refused(t, 1, "CL-SNAPSHOT-003", "belong together", "snapshot", "verify", folder, "--trust-height", "3")
	// A restoration that ended between its last file and taking its mark away.
	if err := os.WriteFile(filepath.Join(restored, "restoring"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "CL-VERIFY-002", "restore the snapshot again", "verify", "--data", restored, "--genesis", genesis)
	decode[snapshotReport](t, "snapshot", "restore", folder, "--data", restored)
	must(t, "verify", "--data", restored, "--genesis", genesis)
	refused(t, 2, "CL-SNAPSHOT-001", "--home", "snapshot", "restore", folder, "--data", data, "--home", data)
	other := filepath.Join(t.TempDir(), "other")
	must(t, "genesis", "create", "--home", other)
	refused(t, 1, "CL-SNAPSHOT-003", "another chain", "snapshot", "verify", folder, "--genesis", filepath.Join(other, "genesis.json"))
	rewrite(t, filepath.Join(folder, "state"), func(s string) string { return s[:40] + string(s[40]^1) + s[41:] })
	refused(t, 1, "CL-SNAPSHOT-003", "state", "snapshot", "verify", folder)
	refused(t, 1, "CL-SNAPSHOT-004", "state", "snapshot", "restore", folder, "--data", filepath.Join(t.TempDir(), "y"))
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	refused(t, 1, "CL-SNAPSHOT-003", "manifest", "snapshot", "verify", folder)
}
