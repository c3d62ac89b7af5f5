package bench

// Format is the version of the report's JSON.
const Format = 1

// Report is what a run has shown, with its conditions.
type Report struct {
	Format     int        `json:"format"`
	Workload   string     `json:"workload"`
	Time       string     `json:"time"` // when it began, RFC 3339
	Target     Target     `json:"target"`
	Conditions Conditions `json:"conditions"`
	Result     Result     `json:"result"`
	Usage      []Usage    `json:"usage"`
	Verified   *Verified  `json:"verified,omitempty"`
	Timeline   []Second   `json:"timeline"`
}

// Target is what was measured.
type Target struct {
	URLs   []string `json:"urls"`
	Client string   `json:"client"` // as it names itself
	Chain  uint64   `json:"chainId"`
}

// Conditions are those without which a figure says nothing.
type Conditions struct {
	Machine    string  `json:"machine"`
	Cores      int     `json:"cores"`
	Mode       string  `json:"mode"` // "closed loop" or "open loop"
	Rate       int     `json:"rate,omitempty"`
	Batch      int     `json:"batch,omitempty"`
	Senders    int     `json:"senders"`
	Accounts   int     `json:"accounts,omitempty"`   // that are paid, drawn uniformly
	Family     string  `json:"family,omitempty"`     // of the transactions
	Calls      int     `json:"calls,omitempty"`      // of one transaction
	Submission string  `json:"submission,omitempty"` // how transactions go to the nodes
	Underway   int     `json:"underway,omitempty"`   // transactions at most
	WarmUp     int     `json:"warmUp,omitempty"`     // transactions before the measured ones
	Scheme     string  `json:"scheme"`
	Committed  string  `json:"committed"`          // what counts as committed
	Nodes      int     `json:"nodes"`              // of the target
	Checkers   int     `json:"checkers,omitempty"` // nodes that check each signature, N; not in older reports, where all do
	CheckRate  float64 `json:"checksPerSec"`       // signatures that all cores check a second, c/V
	Ceiling    float64 `json:"ceiling"`            // c/(N·V), transactions a second
	Generator  string  `json:"generator"`          // where the load comes from
	Note       string  `json:"note,omitempty"`     // what no endpoint tells, such as fsync, in the words of who measured
}

func (k *Conditions) checkers() int {
	if k.Checkers == 0 {
		return k.Nodes
	}
	return k.Checkers
}

// Result are the figures.
type Result struct {
	Sent           int      `json:"sent"`
	Included       int      `json:"included"`
	Seconds        float64  `json:"seconds"`   // from the first one sent until the last one included
	PerSecond      float64  `json:"perSecond"` // transactions
	CallsPerSecond float64  `json:"callsPerSecond,omitempty"`
	Share          float64  `json:"shareOfCeiling,omitempty"`
	Latency        *Latency `json:"latency,omitempty"`
	Blocks         uint64   `json:"blocks"`
}

// Verified is what was found when the chain was looked at afterwards.
type Verified struct {
	Found   int    `json:"found"`
	Missing int    `json:"missing"`
	Twice   int    `json:"twice"`
	Failed  int    `json:"failed"`           // executed without success
	Unread  uint64 `json:"unread,omitempty"` // blocks whose receipts took the target too long to give
	Sums    string `json:"sums"`             // "hold", or why not
}

// OK reports whether everything that was sent is there once, and the sums hold.
func (v *Verified) OK() bool {
	return v.Missing == 0 && v.Twice == 0 && v.Failed == 0 && v.Sums == sumsHold
}

const sumsHold = "hold"

// bundled reports whether a transaction is more than one call.
func (k *Conditions) bundled() bool { return k.Calls > 1 }

// family is that of the transactions; reports from before there was a choice name none.
func (k *Conditions) family() string {
	if k.Family == "" {
		return FamilyEthereum
	}
	return k.Family
}

func (r *Report) callsPerSecond() float64 {
	return r.Result.PerSecond * float64(max(1, r.Conditions.Calls))
}
