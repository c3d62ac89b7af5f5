package chaos

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	"github.com/credibleledger/credibleledger/sim/chaos/testbuild"
	"github.com/credibleledger/credibleledger/tools/network"
)

// setClock sets the time of day of a node far forward or back, or a little.
func (f *Faults) setClock(ctx context.Context, node network.Node) error {
	most := []time.Duration{2 * time.Second, 5 * time.Minute, 48 * time.Hour}[f.random.IntN(3)]
	offset := time.Duration(f.random.Int64N(2*int64(most))) - most
	f.note("the clock of %s is off by %s", node.Name, offset.Round(time.Millisecond))
	if err := testbuild.SetClock(f.network.Processes.Home(node), offset); err != nil {
		return err
	}
	f.while(ctx, 6*time.Second)
	if err := testbuild.SetClock(f.network.Processes.Home(node), 0); err != nil {
		return err
	}
	return f.ready(ctx)
}

// silence drops every packet of a node's mesh.
func (f *Faults) silence(ctx context.Context, node network.Node) error {
	f.note("the packets of %s are dropped", node.Name)
	return f.filtered(ctx, node, 100)
}

// lose drops some of them.
func (f *Faults) lose(ctx context.Context, node network.Node) error {
	share := 2 + f.random.IntN(30)
	f.note("of the packets of %s %d%% are lost", node.Name, share)
	return f.filtered(ctx, node, share)
}

func (f *Faults) filtered(ctx context.Context, node network.Node, share int) error {
	if err := f.network.filter.lose(f.network.ports(node), share); err != nil {
		return err
	}
	f.while(ctx, 6*time.Second)
	if err := f.network.filter.pass(); err != nil {
		return err
	}
	return f.ready(ctx)
}

// endTime bounds how long a node may go on that cannot write.
const endTime = 20 * time.Second

// fillDisk fills the disk of the node that has one of its own. The node must end, for
// it can keep nothing any more, and say why.
func (f *Faults) fillDisk(ctx context.Context) error {
	node := f.network.small()
	log := f.network.Processes.LogFile(node)
	before, err := os.Stat(log)
	if err != nil {
		return err
	}
	f.note("the disk of %s is full", node.Name)
	ended := f.awaitEnd(ctx, node)
	content, err := os.ReadFile(log)
	if err != nil {
		return err
	}
	said := content[before.Size():]
	if ended != nil {
		return errors.Join(fmt.Errorf("%w; it says: %s", ended, said), f.network.disk.empty())
	}
	if !bytes.Contains(said, []byte(syscall.ENOSPC.Error())) {
		return fmt.Errorf("%s does not say that its disk was full: %s", node.Name, said)
	}
	f.while(ctx, 3*time.Second)
	if err := f.network.disk.empty(); err != nil {
		return err
	}
	return f.back(ctx, node)
}

// awaitEnd keeps the disk full until the node has ended.
func (f *Faults) awaitEnd(ctx context.Context, node network.Node) error {
	ctx, cancel := context.WithTimeout(ctx, endTime)
	defer cancel()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for f.network.Processes.Running(node) != 0 {
		if err := f.network.disk.fill(); err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%s goes on %s after its disk was full", node.Name, endTime)
		}
	}
	return nil
}
