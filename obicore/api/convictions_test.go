package api_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/tools/development"
)

func TestAChainWithoutEvidenceHasNoConvictions(t *testing.T) {
	g := newTarget(t, development.Options{})
	if a := g.call("cl_getConvictions"); a.Error != nil || string(a.Result) != "[]" {
		t.Errorf("%s %+v", a.Result, a.Error)
	}
	if a := g.call("cl_getConvictions", "latest"); a.Error == nil {
		t.Errorf("a parameter too many gives %s", a.Result)
	}
}
