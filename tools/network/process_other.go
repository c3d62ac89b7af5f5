//go:build !unix

package network

import (
	"os"
	"os/exec"
)

func detach(*exec.Cmd) {}

// terminate kills: there is no gentler way that every program understands.
func terminate(pid int) error {
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	return process.Kill()
}

func alive(pid int, _ string) bool {
	_, err := os.FindProcess(pid)
	return err == nil
}
