//go:build unix

package network

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// detach gives the node a process group of its own, so that an interrupt at the
// terminal does not reach it.
func detach(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func terminate(pid int) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return err
	}
	return nil
}

// alive reports whether a process lives and is the node of that home: an id that
// another process has got since is not taken for it, where the system tells.
func alive(pid int, home string) bool {
	if err := syscall.Kill(pid, 0); err != nil && !errors.Is(err, syscall.EPERM) {
		return false
	}
	words, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil {
		_, noProc := os.Stat("/proc/self/cmdline")
		return noProc != nil
	}
	if len(words) == 0 {
		return begins(pid)
	}
	return strings.Contains(string(words), home)
}

// begins tells a process that has just been started, whose words are not there yet, from
// one that has ended and is not reaped: that has no program any more.
func begins(pid int) bool {
	_, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", pid))
	return err == nil
}

// reload makes a node read the peers of its configuration again.
func reload(pid int) error { return syscall.Kill(pid, syscall.SIGHUP) }
