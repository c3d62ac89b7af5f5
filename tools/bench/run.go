package bench

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"runtime"
	"time"
)

// run is one measurement.
type run struct {
	Settings
	clients  []*client
	report   *Report
	family   family
	workload workload
	fees     *fees
	root     *root
	senders  []*account
	supply   *supply
	watch    *watch
	flow     *flow
	gas      uint64 // of one transaction
	first    int    // of the transactions that are measured
	answered []time.Duration
}

// Run measures and returns the report. An error after the measured part comes with it.
func Run(ctx context.Context, settings Settings) (*Report, error) {
	if err := settings.Check(); err != nil {
		return nil, err
	}
	settings.fill()
	r := &run{Settings: settings, report: &Report{Format: Format, Workload: settings.Workload, Time: time.Now().UTC().Format(time.RFC3339)}}
	for _, url := range settings.URLs {
		r.clients = append(r.clients, newClient(url))
	}
	if err := r.describe(ctx); err != nil {
		return nil, err
	}
	if settings.Workload == reading {
		return r.report, r.read(ctx)
	}
	return r.send(ctx)
}

func (r *run) send(ctx context.Context) (*Report, error) {
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	return r.report, r.verify(ctx)
}

// describe asks the target who it is, and measures this machine.
func (r *run) describe(ctx context.Context) error {
	c := r.clients[0]
	t := &r.report.Target
	t.URLs = r.URLs
	if err := c.call(ctx, &t.Client, "web3_clientVersion"); err != nil {
		return err
	}
	var err error
	if t.Chain, err = c.number(ctx, "eth_chainId"); err != nil {
		return err
	}
	k := &r.report.Conditions
	k.Machine, k.Cores, k.Senders, k.Note = machine(), runtime.NumCPU(), r.Senders, r.Note
	k.Nodes = r.nodes(ctx)
	k.Generator = generatorElsewhere
	if processOf(r.URLs[0]) != 0 {
		k.Generator = generatorHere
	}
	if err := r.openFamily(ctx); err != nil {
		return err
	}
	k.Family, k.Calls, k.Accounts = r.family.name(), r.Calls, r.Accounts
	scheme, err := r.family.scheme()
	if err != nil {
		return err
	}
	if k.CheckRate, err = checkRate(scheme, r.Checks); err != nil {
		return err
	}
	k.Scheme, k.Checkers = checkedBy[scheme.ID()], k.Nodes
	if r.Checkers > 0 && r.Checkers != k.Nodes {
		k.Scheme, k.Checkers = checkedBySome[scheme.ID()], r.Checkers
	}
	k.Ceiling = k.CheckRate / float64(k.Checkers)
	return nil
}

// nodes is how many nodes the target has: its validators, where it tells them, else those
// that were named.
func (r *run) nodes(ctx context.Context) int {
	var status struct {
		Validators string `json:"validators"`
	}
	if r.clients[0].call(ctx, &status, "cl_status") == nil {
		if count, err := parseQuantity(status.Validators); err == nil && count > 0 && count < 1000 {
			return int(count) //nolint:gosec // bounded
		}
	}
	return len(r.clients)
}

// gasRoom is how many times as much gas as here a transaction may take elsewhere: new
// state costs more on some chains.
const gasRoom = 6

// preparationGas bounds what preparing one sender takes.
const preparationGas = 1_000_000

// prepare funds the senders and what the workload needs.
func (r *run) prepare(ctx context.Context) error {
	r.workload = workloads[r.Workload](r.Payment)
	payer, err := newEthereumAccounts(1)
	if err != nil {
		return err
	}
	if r.senders, err = r.family.accounts(r.Senders); err != nil {
		return err
	}
	r.progress(Preparing, 0)
	calls := r.expected() * r.Calls
	gas := r.workload.gas() * uint64(calls) //nolint:gosec // positive
	half := new(big.Int).Rsh(r.Funds, 1)
	if r.fees, err = newFees(ctx, r.clients[0], gasRoom*gas+uint64(r.Senders)*preparationGas+2*creationGas, half); err != nil {
		return err
	}
	r.root = &root{account: payer[0], client: r.clients[0], fees: r.fees}
	each := new(big.Int).Div(r.fees.cost(gasRoom*gas), big.NewInt(int64(r.Senders)))
	each.Add(each, big.NewInt(int64(calls)))
	needed := new(big.Int).Mul(each, big.NewInt(int64(r.Senders)))
	needed.Add(needed, r.fees.cost(uint64(r.Senders)*preparationGas+2*creationGas))
	if needed.Cmp(r.Funds) > 0 {
		return fmt.Errorf("the account that pays holds %s wei, and this run may need %s", r.Funds, needed)
	}
	if err := r.Fund(ctx, r.root.address, needed); err != nil {
		return fmt.Errorf("funding the run: %w", err)
	}
	if err := r.root.fund(ctx, r.senders, each); err != nil {
		return err
	}
	r.progress(Preparing, 0.5)
	if err := r.workload.prepare(ctx, r.root, r.senders); err != nil {
		return err
	}
	if err := r.settle(ctx); err != nil {
		return err
	}
	if err := r.estimate(ctx); err != nil {
		return err
	}
	r.progress(Preparing, 1)
	r.supply = &supply{workload: r.workload, family: r.family, calls: r.Calls, gas: r.gas, fees: r.fees, senders: r.senders}
	return nil
}

// bundledGas is what each call of a bundle after the first costs beside its execution,
// where it carries value; without it is less.
const bundledGas = 9_300

// estimate asks the target what the workload's transactions need: chains have rules of
// their own.
func (r *run) estimate(ctx context.Context) error {
	for n := range kinds {
		o := r.workload.order(n)
		call := map[string]any{"from": r.senders[0].address, "to": o.to, "value": "0x" + o.value.Big().Text(16), "input": hexadecimal(o.data)}
		gas, err := r.clients[0].number(ctx, "eth_estimateGas", call)
		if err != nil {
			return err
		}
		r.gas = max(r.gas, gas)
	}
	if r.gas > 21_000 {
		r.gas += r.gas / 4 // what the first touch of a slot costs more than the next
	}
	r.gas += uint64(r.Calls-1) * (r.gas - 21_000 + bundledGas)              //nolint:gosec // at least 1
	if most := gasRoom * r.workload.gas() * uint64(r.Calls); r.gas > most { //nolint:gosec // positive
		return fmt.Errorf("a transaction takes %d gas on this chain, and the accounts are funded for %d", r.gas, most)
	}
	return nil
}

// settle waits until every node has executed what the run rests on.
func (r *run) settle(ctx context.Context) error {
	for _, c := range r.clients[1:] {
		there := *r.root
		there.client = c
		if err := there.await(ctx); err != nil {
			return err
		}
	}
	return nil
}

// mostExpected bounds how many transactions a run is prepared for.
const mostExpected = 3_000_000

// expected is how many transactions a run may send, for what it costs.
func (r *run) expected() int {
	if r.InTurn {
		return (r.Accounts + r.Calls - 1) / r.Calls
	}
	rate := float64(r.Rate)
	if r.Rate == 0 {
		rate = r.report.Conditions.Ceiling // no target with these signatures does more
	}
	return min(mostExpected, int(rate*(r.WarmUp+r.Duration).Seconds())+2*r.Probe)
}

// probeUnlessSaid is how many transactions are sent before all others: they open connections
// and, at full speed, tell how many to sign.
const probeUnlessSaid = 4_000

func (r *run) measure(ctx context.Context) (err error) {
	if r.watch, err = newWatch(ctx, r.clients[0], r.expected()); err != nil {
		return err
	}
	defer r.watch.close()
	r.flow = newFlow(r.expected())
	rate, err := r.warm(ctx)
	if err != nil {
		return err
	}
	r.first = len(r.supply.list)
	r.report.Conditions.WarmUp = r.first
	count := r.first + int(3*rate*r.Duration.Seconds())
	switch {
	case r.InTurn:
		count, r.Duration = r.expected(), MaxDuration // until each was paid
	case r.Rate > 0:
		count = r.first + int(float64(r.Rate)*r.Duration.Seconds())
	}
	if err := r.sign(ctx, count, 0.5, 1); err != nil {
		return err
	}
	processes := r.processes()
	if err := r.drive(ctx, r.first, r.Duration, func(share float64) { r.progress(Measuring, share) }); err != nil {
		return err
	}
	sent := r.flow.sent(0)
	if err := r.watch.await(ctx, len(sent), r.Patience); err != nil {
		return err
	}
	r.sum(processes)
	return nil
}

// sign signs transactions until there are so many, for one part of the progress.
func (r *run) sign(ctx context.Context, count int, from, to float64) error {
	return r.supply.sign(ctx, min(count, r.expected()), func(share float64) { r.progress(Signing, from+(to-from)*share) })
}

// warm sends what is not measured and returns how many the target took a second: first some that
// tell its speed, then as many as that makes in the time of the warm-up. What a process touches of its memory and files
// for the first time costs it more than the next time.
func (r *run) warm(ctx context.Context) (rate float64, err error) {
	count := r.Probe
	switch {
	case r.InTurn:
		count = min(count, r.expected()/10)
	case r.Rate > 0:
		count = min(count, r.Rate)
	}
	if err := r.sign(ctx, count, 0, 0.1); err != nil {
		return 0, err
	}
	if rate, err = r.flood(ctx, 0, 0); err != nil || r.WarmUp == 0 {
		return rate, err
	}
	if r.Rate > 0 {
		rate = min(rate, float64(r.Rate))
	}
	first := len(r.supply.list)
	if err := r.sign(ctx, first+int(rate*r.WarmUp.Seconds()), 0.1, 0.5); err != nil {
		return 0, err
	}
	return r.flood(ctx, first, r.WarmUp)
}

// flood sends what is signed from a number on at full speed and returns how many the target took a
// second. It should take about so long.
func (r *run) flood(ctx context.Context, from int, about time.Duration) (float64, error) {
	began := time.Now()
	loop := r.closed()
	if err := loop.run(ctx, from, about+r.Patience, func(float64) {
		r.progress(Warming, float64(time.Since(began))/float64(max(about, time.Second)))
	}); err != nil {
		return 0, err
	}
	if err := r.watch.await(ctx, len(r.supply.list), r.Patience); err != nil {
		return 0, err
	}
	return float64(len(r.supply.list)-from) / time.Since(began).Seconds(), nil
}

// fullBatch is how many transactions are in a request at full speed where nothing is said.
const fullBatch = 100

func (r *run) closed() *closedLoop {
	batch := cmp.Or(r.Batch, fullBatch)
	return &closedLoop{
		clients: r.clients, supply: r.supply, watch: r.watch, flow: r.flow, batch: batch,
		workers: min(workersPerNode*len(r.clients), r.Senders, r.family.requests(r.Senders, batch)),
		window:  min(r.Underway, r.family.perSender()*r.Senders), patience: r.Patience,
	}
}

// drive sends the measured part.
func (r *run) drive(ctx context.Context, from int, lasts time.Duration, progress func(float64)) error {
	k := &r.report.Conditions
	if r.Rate == 0 {
		loop := r.closed()
		k.Mode, k.Batch, k.Underway, k.Submission = closedMode, loop.batch, loop.window, r.family.submission()
		k.Committed = committedShown
		return loop.run(ctx, from, lasts, progress)
	}
	loop := &openLoop{clients: r.clients, supply: r.supply, watch: r.watch, flow: r.flow, rate: r.Rate, batch: max(r.Batch, 1)}
	k.Mode, k.Rate, k.Submission = openMode, r.Rate, submissionSingle
	k.Committed = committedShown
	if loop.batch > 1 {
		k.Batch, k.Submission = loop.batch, r.family.submission()
	} else {
		loop.sync = answersWithReceipts(ctx, r.clients[0])
	}
	if loop.sync {
		k.Committed = committedReceipt
	}
	defer func() { r.answered = loop.answered }()
	return loop.run(ctx, from, progress)
}

// processes are those of the nodes, where they run on this machine, and this one.
func (r *run) processes() (list []*process) {
	add := func(name string, pid int) {
		if pid == 0 {
			return
		}
		if counters, err := readCounters(pid); err == nil {
			list = append(list, &process{name: name, pid: pid, began: counters})
		}
	}
	for _, url := range r.URLs {
		add(url, processOf(url))
	}
	add(GeneratorName, selfPID())
	return list
}

// sum makes figures of what was seen.
func (r *run) sum(processes []*process) {
	r.watch.mutex.Lock()
	defer r.watch.mutex.Unlock()
	var done, waited []time.Duration
	last := r.flow.began
	for n := r.first; n < len(r.supply.list); n++ {
		due, at := r.flow.due[n], r.watch.seen[n]
		if due < 0 || at == 0 {
			continue
		}
		if r.answered != nil && r.answered[n] != 0 {
			at = r.answered[n]
		}
		done, waited, last = append(done, at), append(waited, at-due), max(last, at)
	}
	took := last - r.flow.began
	result := &r.report.Result
	result.Sent, result.Included = len(r.flow.sent(r.first)), len(done)
	result.Seconds = took.Seconds()
	result.PerSecond = float64(result.Included) / max(took.Seconds(), 1e-9)
	result.CallsPerSecond = result.PerSecond * float64(r.Calls)
	result.Share = result.PerSecond / r.report.Conditions.Ceiling
	result.Blocks = r.watch.height - r.watch.first + 1
	r.report.Timeline = timeline(r.flow.began, done, waited)
	from := fromDue
	if r.Rate == 0 {
		from = fromBatch
	}
	result.Latency = newLatency(from, waited)
	for _, p := range processes {
		if usage, ok := p.usage(took); ok {
			r.report.Usage = append(r.report.Usage, usage)
		}
	}
}
