package network

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// The files of a running node, in its home.
const (
	pidFile = "node.pid"
	logFile = "node.log"
)

// Processes run the nodes of a local network as processes of one binary.
type Processes struct {
	Directory string
	Manifest  *Manifest
	Binary    string // path of the credible binary
	// Patience is how long a node that is waited for may make no progress; a minute when 0.
	Patience time.Duration
}

// Open returns the processes of the local network in a directory.
func Open(directory string) (*Processes, error) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		return nil, err
	}
	m, err := Load(directory)
	if err != nil {
		return nil, err
	}
	binary, err := os.Executable()
	return &Processes{Directory: directory, Manifest: m, Binary: binary}, err
}

// Home is the folder of a node.
func (p *Processes) Home(node Node) string { return filepath.Join(p.Directory, node.Name) }

// LogFile is where a node in the background writes its log.
func (p *Processes) LogFile(node Node) string { return filepath.Join(p.Home(node), logFile) }

// Running returns the process id of a node, 0 when it does not run.
func (p *Processes) Running(node Node) int {
	content, err := os.ReadFile(filepath.Join(p.Home(node), pidFile))
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil || pid <= 0 || !alive(pid, p.Home(node)) {
		return 0
	}
	return pid
}

// Start starts a node in the background, unless it runs already. It does not wait
// until the node is ready.
func (p *Processes) Start(node Node) error {
	if p.Running(node) != 0 {
		return nil
	}
	log, err := os.OpenFile(p.LogFile(node), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(p.Binary, "node", "start", "--home", p.Home(node)) //nolint:gosec // this binary, on a home of the manifest that the user names
	command.Stdout, command.Stderr = log, log
	command.Env = p.environment()
	detach(command)
	if err := command.Start(); err != nil {
		return err
	}
	pid := command.Process.Pid
	if err := writeFile(filepath.Join(p.Home(node), pidFile), []byte(strconv.Itoa(pid))); err != nil {
		return errors.Join(err, command.Process.Kill())
	}
	// Nobody waits for it here: it outlives this process, or is this process's to reap.
	go func() { _ = command.Wait() }()
	return nil
}

// stopTime is how long a node may take to stop before it is killed.
const stopTime = 20 * time.Second

// Stop asks a node to stop and waits until it has.
func (p *Processes) Stop(ctx context.Context, node Node) error {
	pid := p.Running(node)
	if pid == 0 {
		return nil
	}
	if err := terminate(pid); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	if p.gone(ctx, node) {
		return nil
	}
	return errors.Join(fmt.Errorf("%s did not stop within %s and was killed", node.Name, stopTime), p.Kill(node))
}

// Kill ends a node without giving it a chance to write anything.
func (p *Processes) Kill(node Node) error {
	pid := p.Running(node)
	if pid == 0 {
		return nil
	}
	process, err := os.FindProcess(pid)
	if err != nil {
		return err
	}
	if err := process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if !p.gone(ctx, node) {
		return fmt.Errorf("process %d of %s cannot be killed", pid, node.Name)
	}
	return nil
}

// lookPause is the time between two looks at a process or a port.
const lookPause = 20 * time.Millisecond

// gone waits until a node runs no more.
func (p *Processes) gone(ctx context.Context, node Node) bool {
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for p.Running(node) != 0 {
		select {
		case <-look.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
