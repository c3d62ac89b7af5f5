package bench_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/tools/bench"
)

func TestAtARateTransactionsAreGatheredIntoRequestsOfTheSizeThatIsAskedFor(t *testing.T) {
	url, payer := target(t, "standard")
	for _, family := range []string{bench.FamilyEthereum, bench.FamilyNative} {
		s := settings(t, "transfer", url, payer)
		s.Family, s.Rate, s.Batch = family, 210, 20 // the last request holds ten
		report, err := bench.Run(t.Context(), s)
		if err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		r, k := report.Result, report.Conditions
		if r.Sent != 210 || r.Included != 210 || r.Latency == nil || report.Verified == nil || !report.Verified.OK() {
			t.Errorf("%s: %+v, %+v", family, r, report.Verified)
		}
		// Ten requests a second: the first of twenty has waited for the other nineteen.
		if k.Batch != 20 || r.Latency.Most < 90 {
			t.Errorf("%s: batches of %d, the longest wait %v ms", family, k.Batch, r.Latency.Most)
		}
	}
}
