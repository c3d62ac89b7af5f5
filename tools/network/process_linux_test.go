package network_test

import (
	"os/exec"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/credibleledger/credibleledger/tools/network"
)

func TestANodeRunsFromTheMomentOfItsStartUntilItsEnd(t *testing.T) {
	home := t.TempDir()
	for range 300 {
		command := exec.Command("sleep", "60")
		command.Args[0] = home
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		pid := command.Process.Pid
		if !network.Alive(pid, home) {
			t.Error("a process that has just been started does not run")
		}
		if err := command.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil); err != nil {
			t.Fatal(err)
		}
		if network.Alive(pid, home) {
			t.Fatal("a process that has ended and is not reaped runs")
		}
		_ = command.Wait()
	}
}
