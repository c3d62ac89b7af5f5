//go:build !unix

package network

import (
	"errors"
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

// reload cannot reach a running node here.
func reload(int) error {
	return errors.New("this system has no reload signal: stop the nodes, and start them again")
}
