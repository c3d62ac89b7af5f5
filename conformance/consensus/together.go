package consensus

import (
	"sync"

	"github.com/credibleledger/credibleledger/conformance"
)

// together shows a rule several times: at the same time where engines run on goroutines,
// because their worlds wait most of the time.
func (b bench) together(t conformance.T, shows ...func(t conformance.T)) {
	t.Helper()
	if b.Stepped {
		for _, show := range shows {
			show(t)
		}
		return
	}
	results := make([]conformance.Result, len(shows))
	var group sync.WaitGroup
	for i, show := range shows {
		group.Go(func() {
			part := conformance.Rule{Name: "part", Check: show}
			results[i] = conformance.Execute(t.Context(), conformance.Direction{Rules: []conformance.Rule{part}}, "part").Results[0]
		})
	}
	group.Wait()
	for _, result := range results {
		hand(t, result)
	}
}

// hand passes on what a part of a rule has come to.
func hand(t conformance.T, result conformance.Result) {
	t.Helper()
	for _, remark := range result.Remarks {
		t.Logf("%s", remark)
	}
	for _, reason := range result.Reasons {
		if result.Outcome == conformance.NotApplicable {
			t.Skipf("%s", reason)
		}
		t.Errorf("%s", reason)
	}
	if result.Outcome != conformance.Passed && len(result.Reasons) == 0 {
		t.Errorf("a part of the rule has %s", result.Outcome)
	}
}
