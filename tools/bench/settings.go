package bench

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Settings say what to measure.
type Settings struct {
	Workload string
	Family   string        // of transactions; FamilyEthereum when empty
	Scheme   string        // of native transactions; the suite's own when empty
	Calls    int           // in a native transaction; 1 when 0
	Payment                // who is paid
	URLs     []string      // nodes of one chain, over HTTP
	Rate     int           // transactions a second; 0: as many as the target takes
	Duration time.Duration // of the measured part
	Senders  int           // accounts that send
	Underway int           // transactions at most in the closed loop; 4,000 when 0
	Batch    int           // transactions in a request; at a rate it is sent when its last is due; when 0, 100 at full speed and 1 at a rate
	Patience time.Duration // for a target that includes nothing; a minute when 0
	WarmUp   time.Duration // of load before the measured part, about
	Probe    int           // transactions before all others, which tell how many the target takes; 4,000 when 0
	Checks   int           // signatures that each core checks to find the ceiling; 4,096 when 0
	Checkers int           // nodes that check each signature, where batches are certified; all when 0
	Note     string        // what no endpoint tells, such as how the target syncs
	// Fund sends an amount in wei to an address and returns when that is executed.
	Fund func(ctx context.Context, to chain.Address, wei *big.Int) error
	// Funds is what Fund can give at most.
	Funds *big.Int
	// Progress is told how far a part has come, as a share; nil for nobody.
	Progress func(part Part, share float64)
}

// Part is a part of a run.
type Part int

// The parts, in order.
const (
	Preparing Part = iota // accounts and contracts
	Signing               // also again after Warming
	Warming
	Measuring
	Verifying
)

// Limits of the settings.
const (
	MaxSenders  = 100_000
	MaxRate     = 1_000_000
	MaxBatch    = 1000
	MaxCalls    = 1000 // what chains allow unless genesis says so
	MaxAccounts = 100_000_000
	MaxSeed     = 64 // bytes
	MaxUnderway = 1_000_000
	MaxCheckers = 1000
	MaxDuration = 24 * time.Hour
)

// Check refuses settings that no run can have.
func (s *Settings) Check() error {
	switch _, known := workloads[s.Workload]; {
	case !known && s.Workload != reading:
		return fmt.Errorf("there is no workload %q: choose one of %v", s.Workload, Workloads())
	case len(s.URLs) == 0:
		return fmt.Errorf("no URL of a node")
	case s.Rate < 0 || s.Rate > MaxRate:
		return fmt.Errorf("a rate of %d a second: choose 1 to %d, or max", s.Rate, MaxRate)
	case s.Duration < time.Second || s.Duration > MaxDuration:
		return fmt.Errorf("a duration of %s: choose 1s to %s", s.Duration, MaxDuration)
	case s.Senders < 1 || s.Senders > MaxSenders:
		return fmt.Errorf("%d senders: choose 1 to %d", s.Senders, MaxSenders)
	case s.Underway < 0 || s.Underway > MaxUnderway:
		return fmt.Errorf("%d transactions under way: choose 1 to %d", s.Underway, MaxUnderway)
	case s.Batch < 0 || s.Batch > MaxBatch:
		return fmt.Errorf("batches of %d: choose 1 to %d", s.Batch, MaxBatch)
	case s.Accounts < 0 || s.Accounts > MaxAccounts:
		return fmt.Errorf("%d accounts that are paid: choose 1 to %d", s.Accounts, MaxAccounts)
	case s.InTurn && s.Workload == reading:
		return fmt.Errorf("the workload %s pays nobody: leave out that accounts are paid in turn", reading)
	case s.InTurn && (max(s.Accounts, 1)+max(s.Calls, 1)-1)/max(s.Calls, 1) > mostExpected:
		return fmt.Errorf("%d accounts in turn with %d calls in a transaction: at most %d transactions are prepared, choose more calls or fewer accounts", s.Accounts, max(s.Calls, 1), mostExpected)
	case s.WarmUp < 0 || s.WarmUp > MaxDuration:
		return fmt.Errorf("a warm-up of %s: choose 0s to %s", s.WarmUp, MaxDuration)
	case s.WarmUp > 0 && (s.InTurn || s.Workload == reading):
		return fmt.Errorf("a warm-up of %s: accounts that are paid in turn, and the workload %s, have none", s.WarmUp, reading)
	case s.Probe < 0 || s.Checks < 0:
		return fmt.Errorf("%d transactions to begin with and %d signatures for the ceiling: choose numbers from 1", s.Probe, s.Checks)
	case s.Checkers < 0 || s.Checkers > MaxCheckers:
		return fmt.Errorf("%d nodes that check each signature: choose 1 to %d", s.Checkers, MaxCheckers)
	case len(s.Seed) > MaxSeed:
		return fmt.Errorf("a seed of %d bytes: choose up to %d", len(s.Seed), MaxSeed)
	}
	return s.checkFamily()
}

// checkFamily refuses what a family does not have.
func (s *Settings) checkFamily() error {
	native := s.Family == FamilyNative
	switch {
	case s.Family != "" && !slices.Contains(Families(), s.Family):
		return fmt.Errorf("there is no family %q of transactions: choose one of %v", s.Family, Families())
	case native && s.Workload == reading:
		return fmt.Errorf("the workload %s sends no transactions: leave out the family", reading)
	case s.Scheme != "" && !slices.Contains(Schemes(), s.Scheme):
		return fmt.Errorf("there is no scheme %q: choose one of %v", s.Scheme, Schemes())
	case s.Scheme != "" && !native:
		return fmt.Errorf("the scheme %s is for native transactions: choose the family %s", s.Scheme, FamilyNative)
	case s.Calls < 0 || s.Calls > MaxCalls:
		return fmt.Errorf("%d calls in a transaction: choose 1 to %d", s.Calls, MaxCalls)
	case s.Calls > 1 && !native:
		return fmt.Errorf("bundles of %d calls are for native transactions: choose the family %s", s.Calls, FamilyNative)
	}
	return nil
}

func (s *Settings) fill() {
	if s.Patience == 0 {
		s.Patience = time.Minute
	}
	if s.Underway == 0 {
		s.Underway = mostUnderway
	}
	if s.Probe == 0 {
		s.Probe = probeUnlessSaid
	}
	if s.Checks == 0 {
		s.Checks = checksUnlessSaid
	}
	s.Calls = max(s.Calls, 1)
	if s.Accounts == 0 {
		s.Accounts = payeesUnlessSaid
	}
}

func (s *Settings) progress(part Part, share float64) {
	if s.Progress != nil {
		s.Progress(part, min(share, 1))
	}
}
