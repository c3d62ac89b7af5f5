package tracer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/debug/tracer"
)

func TestTracersGiveGoEthereumsTraces(t *testing.T) {
	exact, masked := 0, 0
	for folder, name := range map[string]string{
		"call_tracer": tracer.Calls, "call_tracer_withLog": tracer.Calls,
		"prestate_tracer": tracer.Prestate, "prestate_tracer_with_diff_mode": tracer.Prestate,
	} {
		fixtures(t, folder, func(file string, c *fixture) {
			if _, other := otherRules[folder+"/"+file]; other {
				return
			}
			t.Run(folder+"/"+file, func(t *testing.T) {
				result, err := c.run(t, name)
				if err != nil {
					t.Fatal(err)
				}
				got, err := json.Marshal(result)
				if err != nil {
					t.Fatal(err)
				}
				for _, difference := range differences(t, got, c.Result, c.Genesis.Config.Cancun == nil) {
					t.Error(difference)
				}
			})
			if c.Genesis.Config.Cancun == nil {
				masked++
			} else {
				exact++
			}
		})
	}
	if exact < 6 || masked < 37 {
		t.Errorf("%d fixtures compared in full and %d in part, want at least 6 and 37", exact, masked)
	}
	t.Logf("%d fixtures compared in full, %d without gas and balances, because older rules priced gas otherwise", exact, masked)
}

// otherRules are the fixtures whose trace depends on rules that ended before
// Cancun, with the reason.
var otherRules = map[string]string{
	"prestate_tracer_with_diff_mode/create":                                "contracts start with nonce 0 (before EIP-161)",
	"prestate_tracer_with_diff_mode/create_disable_code":                   "contracts start with nonce 0 (before EIP-161)",
	"prestate_tracer_with_diff_mode/create_disable_storage":                "contracts start with nonce 0 (before EIP-161)",
	"prestate_tracer_with_diff_mode/inner_create":                          "contracts start with nonce 0 (before EIP-161)",
	"prestate_tracer_with_diff_mode/inner_create_disable_code_and_storage": "contracts start with nonce 0 (before EIP-161)",
	"prestate_tracer_with_diff_mode/suicide":                               "SELFDESTRUCT removes older contracts too (before EIP-6780)",
}

// priced are the members that depend on gas prices. The fixtures from before
// Cancun are executed under Cancun's, which differ.
var priced = map[string]bool{"gas": true, "gasUsed": true, "balance": true}

// differences lists where two JSON values differ.
func differences(t *testing.T, got, want []byte, unpriced bool) (list []string) {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(got, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(want, &y); err != nil {
		t.Fatal(err)
	}
	compare("", x, y, unpriced, &list)
	return list
}

func compare(path string, got, want any, unpriced bool, list *[]string) {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			break
		}
		names := maps.Clone(w)
		maps.Copy(names, g)
		for _, name := range slices.Sorted(maps.Keys(names)) {
			if unpriced && priced[name] || name == "index" && w[name] == nil {
				continue // older fixtures have no index
			}
			compare(path+"."+name, g[name], w[name], unpriced, list)
		}
		return
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			break
		}
		for i := range w {
			compare(fmt.Sprintf("%s[%d]", path, i), g[i], w[i], unpriced, list)
		}
		return
	default:
		if got == want {
			return
		}
	}
	*list = append(*list, fmt.Sprintf("%s is %s, want %s", strings.TrimPrefix(path, "."), shorten(got), shorten(want)))
}

func shorten(v any) string {
	text := fmt.Sprint(v)
	return text[:min(len(text), 100)]
}
