package chaos

import (
	"errors"
	"fmt"
	"os/exec"
	"strings"
)

// filter drops packets on the loopback of this process's network namespace. Nobody is
// told: TCP sends again, ever more slowly, until the packets come through.
type filter struct{ program string }

// newFilter prepares the packet filter; nil and the reason where there is none.
func newFilter() (*filter, error) {
	if !isolated() {
		return nil, errors.New("it needs a network namespace of its own")
	}
	program, err := exec.LookPath("nft")
	if err != nil {
		return nil, errors.New("it needs nft: as root, apt-get install nftables")
	}
	f := &filter{program: program}
	err = f.apply("add table inet chaos", "add chain inet chaos arriving { type filter hook input priority 0; }", "flush chain inet chaos arriving",
		"add rule inet chaos arriving tcp dport 1 numgen random mod 100 < 1 drop")
	if err != nil {
		return nil, err // a kernel without what the rules need
	}
	return f, f.pass()
}

// lose drops a share of the packets, in hundredths, from and to TCP ports.
func (f *filter) lose(ports []string, share int) error {
	which := "{ " + strings.Join(ports, ", ") + " }"
	some := ""
	if share < 100 {
		some = fmt.Sprintf(" numgen random mod 100 < %d", share)
	}
	return f.apply("add rule inet chaos arriving tcp dport "+which+some+" drop", "add rule inet chaos arriving tcp sport "+which+some+" drop")
}

// pass lets everything through again.
func (f *filter) pass() error { return f.apply("flush chain inet chaos arriving") }

func (f *filter) apply(rules ...string) error {
	command := exec.Command(f.program, "-f", "-") //nolint:gosec // nft, where the system has it
	command.Stdin = strings.NewReader(strings.Join(rules, "\n") + "\n")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("nft: %w: %s", err, output)
	}
	return nil
}
