package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/credibleledger/credibleledger/tools/network"
)

// Faults injects one fault after the other into a network under load and measures
// how long the clients had to wait.
type Faults struct {
	network *Network
	load    *Load
	random  *rand.Rand
	chosen  []kind

	LeaderLosses []time.Duration // from the loss of a leader to the next receipt
	Count        int
}

// NewFaults makes faults drawn from a seed, of the kinds that a list names or of all;
// the moments at which they meet the processes are the machine's.
func (n *Network) NewFaults(l *Load, seed uint64, names string) *Faults {
	n.t.Helper()
	f := &Faults{network: n, load: l, random: rand.New(rand.NewPCG(seed, 3))} //nolint:gosec // a seed repeats the faults
	if f.chosen = only(names, f.kinds()); len(f.chosen) == 0 {
		n.t.Fatalf("no kind of fault in %q that this network can have", names)
	}
	return f
}

// patience bounds the wait for a network that has what it needs.
const patience = 60 * time.Second

// kind is one kind of fault: it is injected and mended again.
type kind struct {
	name   string
	inject func(context.Context) error
}

// kinds are the faults that this network can have.
func (f *Faults) kinds() []kind {
	to := func(fault func(context.Context, network.Node) error) func(context.Context) error {
		return func(ctx context.Context) error { return fault(ctx, f.any()) }
	}
	kinds := []kind{
		{"leader", f.loseLeader},
		{"kill", to(f.kill)},
		{"freeze", to(f.freeze)},
		{"isolate", to(f.isolate)},
		{"split", f.split},
		{"restart", f.restart},
		{"clock", to(f.setClock)},
	}
	if f.network.wires != nil {
		kinds = append(kinds, kind{"slow", to(f.slow)}, kind{"hold", to(f.hold)}, kind{"tear", to(f.tear)})
	}
	if f.network.filter != nil {
		kinds = append(kinds, kind{"silence", to(f.silence)}, kind{"lose", to(f.lose)})
	}
	if f.network.disk != nil {
		kinds = append(kinds, kind{"disk", f.fillDisk})
	}
	return kinds
}

// only keeps the kinds that a list names, all when it is empty.
func only(names string, kinds []kind) []kind {
	if names == "" {
		return kinds
	}
	wanted := strings.Split(names, ",")
	return slices.DeleteFunc(kinds, func(k kind) bool { return !slices.Contains(wanted, k.name) })
}

// Until injects faults until a moment.
func (f *Faults) Until(ctx context.Context, end time.Time) error {
	for time.Now().Before(end) && ctx.Err() == nil {
		if err := f.Next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// Next injects one fault and mends it again.
func (f *Faults) Next(ctx context.Context) error {
	f.Count++
	k := f.chosen[f.random.IntN(len(f.chosen))]
	if err := k.inject(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("fault %d, %s: %w", f.Count, k.name, err)
	}
	return nil
}

func (f *Faults) any() network.Node {
	nodes := f.network.Processes.Manifest.Nodes
	return nodes[f.random.IntN(len(nodes))]
}

// while lets time pass under a fault.
func (f *Faults) while(ctx context.Context, most time.Duration) {
	timer := time.NewTimer(time.Duration(f.random.Int64N(int64(most))))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// loseLeader kills the leader, measures the recovery of the others and brings it
// back.
func (f *Faults) loseLeader(ctx context.Context) error {
	leader, err := f.network.Leader(ctx)
	if err != nil {
		return err
	}
	f.note("leader %s is killed", leader.Name)
	if err := f.network.Processes.Kill(leader); err != nil {
		return err
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	took, err := f.load.Recovery(waiting)
	if err != nil {
		return fmt.Errorf("no receipt %s after the leader was lost: %w", patience, err)
	}
	f.LeaderLosses = append(f.LeaderLosses, took)
	f.note("what was sent after the loss was executed within %s", took.Round(time.Millisecond))
	f.while(ctx, 2*time.Second)
	return f.back(ctx, leader)
}

func (f *Faults) kill(ctx context.Context, node network.Node) error {
	f.note("%s is killed", node.Name)
	if err := f.network.Processes.Kill(node); err != nil {
		return err
	}
	f.while(ctx, 3*time.Second)
	return f.back(ctx, node)
}

// back starts a node and waits until all are ready, so that the next fault meets a
// whole network.
func (f *Faults) back(ctx context.Context, node network.Node) error {
	if err := f.network.Processes.Start(node); err != nil {
		return err
	}
	return f.ready(ctx)
}

func (f *Faults) ready(ctx context.Context) error {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if status, err := f.network.Processes.AwaitReady(waiting, f.network.Processes.Manifest.Nodes, func(int, int) {}); err != nil {
		return fmt.Errorf("not whole again: %+v: %w", status.Nodes, err)
	}
	for _, e := range f.network.endpoints {
		if err := e.awaitPeers(waiting); err != nil {
			return fmt.Errorf("not whole again: %w", err)
		}
	}
	return nil
}

// freeze stops a process in the middle of whatever it does and lets it go on later.
func (f *Faults) freeze(ctx context.Context, node network.Node) error {
	f.note("%s is frozen", node.Name)
	pid := f.network.Processes.Running(node)
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		return err
	}
	f.while(ctx, 5*time.Second)
	if err := syscall.Kill(pid, syscall.SIGCONT); err != nil {
		return err
	}
	return f.ready(ctx)
}

func (f *Faults) isolate(ctx context.Context, node network.Node) error {
	f.note("%s is cut off", node.Name)
	if err := f.network.Processes.Partition([][]string{{node.Name}}); err != nil {
		return err
	}
	f.while(ctx, 4*time.Second)
	return f.heal(ctx)
}

// split cuts the network into halves, neither of which may go on.
func (f *Faults) split(ctx context.Context) error {
	names := make([]string, 0, len(f.network.Processes.Manifest.Nodes))
	for _, node := range f.network.Processes.Manifest.Nodes {
		names = append(names, node.Name)
	}
	f.random.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	half := names[:len(names)/2]
	f.note("%v are cut off", half)
	if err := f.network.Processes.Partition([][]string{slices.Clone(half)}); err != nil {
		return err
	}
	f.while(ctx, 3*time.Second)
	return f.heal(ctx)
}

func (f *Faults) heal(ctx context.Context) error {
	if err := f.network.Processes.Partition(nil); err != nil {
		return err
	}
	return f.ready(ctx)
}

// slow makes everything from and to a node late.
func (f *Faults) slow(ctx context.Context, node network.Node) error {
	delay := 20*time.Millisecond + time.Duration(f.random.Int64N(int64(400*time.Millisecond)))
	f.note("%s is %s away", node.Name, delay.Round(time.Millisecond))
	for _, w := range f.network.wires.of(node.Name) {
		w.slow(delay)
	}
	f.while(ctx, 5*time.Second)
	for _, w := range f.network.wires.of(node.Name) {
		w.slow(0)
	}
	return f.ready(ctx)
}

// hold makes everything from and to a node vanish without a word, as a firewall does
// that drops: nobody is told that a connection is gone.
func (f *Faults) hold(ctx context.Context, node network.Node) error {
	f.note("%s is neither heard nor reached", node.Name)
	for _, w := range f.network.wires.of(node.Name) {
		w.hold(true)
	}
	f.while(ctx, 8*time.Second)
	for _, w := range f.network.wires.of(node.Name) {
		w.hold(false)
	}
	return f.ready(ctx)
}

// tear breaks the connections of a node in the middle, again and again.
func (f *Faults) tear(ctx context.Context, node network.Node) error {
	f.note("the connections of %s break", node.Name)
	for range 5 {
		for _, w := range f.network.wires.of(node.Name) {
			w.tear()
		}
		f.while(ctx, 500*time.Millisecond)
	}
	return f.ready(ctx)
}

// restart stops and starts all nodes cleanly, one after the other.
func (f *Faults) restart(ctx context.Context) error {
	f.note("rolling restart")
	for _, node := range f.network.Processes.Manifest.Nodes {
		if err := f.network.Processes.Stop(ctx, node); err != nil {
			return err
		}
		if err := f.back(ctx, node); err != nil {
			return err
		}
	}
	return nil
}

func (f *Faults) note(format string, arguments ...any) {
	f.network.t.Logf("%7.1fs "+format, append([]any{time.Since(f.load.began).Seconds()}, arguments...)...)
}

// Percentile returns the value below which a share of durations lies.
func Percentile(durations []time.Duration, share float64) time.Duration {
	if len(durations) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(durations))
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
