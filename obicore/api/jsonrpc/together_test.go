package jsonrpc_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

func TestNeighboursInABatchAreAnsweredTogetherAndEachForItself(t *testing.T) {
	registry := basics(t)
	var groups []int
	err := registry.RegisterTogether("all", func(_ context.Context, calls []jsonrpc.Params) []jsonrpc.Outcome {
		groups = append(groups, len(calls))
		outcomes := make([]jsonrpc.Outcome, len(calls))
		for i, params := range calls {
			var n int
			if err := params.Decode(0, true, &n); err != nil {
				outcomes[i].Err = err
				continue
			}
			switch n {
			case 13:
				panic("thirteen")
			case 4:
				outcomes[i].Err = errors.New("not four")
			default:
				outcomes[i].Result = n * n
			}
		}
		return outcomes
	})
	if err != nil {
		t.Fatal(err)
	}
	e := open(t, registry, jsonrpc.Options{}, jsonrpc.PortLimits{})
	one := func(id int, n string) string {
		return fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"all","params":[%s]}`, id, n)
	}
	for _, c := range []struct {
		name, send, want string
		groups           []int
	}{
		{"alone", one(1, "3"), `{"jsonrpc":"2.0","id":1,"result":9}`, []int{1}},
		{"alone in a batch", `[` + one(1, "3") + `]`, `[{"jsonrpc":"2.0","id":1,"result":9}]`, []int{1}},
		{"with a failure, a wrong argument and a notification among them", `[` + one(1, "2") + `,` + one(2, "4") + `,{"jsonrpc":"2.0","method":"all","params":[5]},` + one(3, `"x"`) + `,` + one(4, "6") + `]`,
			`[{"jsonrpc":"2.0","id":1,"result":4},{"jsonrpc":"2.0","id":2,"error":{"code":-32000,"message":"not four"}},` +
				`{"jsonrpc":"2.0","id":3,"error":{"code":-32602,"message":"invalid argument 0: json: cannot unmarshal string into Go value of type int"}},{"jsonrpc":"2.0","id":4,"result":36}]`, []int{5}},
		{"with others between them", `[` + one(1, "2") + `,` + one(2, "3") + `,{"jsonrpc":"2.0","id":3,"method":"echo","params":[7]},{"id":9},` + one(4, "4") + `,` + one(5, "5") + `]`,
			`[{"jsonrpc":"2.0","id":1,"result":4},{"jsonrpc":"2.0","id":2,"result":9},{"jsonrpc":"2.0","id":3,"result":7},{"jsonrpc":"2.0","id":9,"error":{"code":-32600,"message":"invalid request"}},` +
				`{"jsonrpc":"2.0","id":4,"error":{"code":-32000,"message":"not four"}},{"jsonrpc":"2.0","id":5,"result":25}]`, []int{2, 2}},
		{"with a crash", `[` + one(1, "2") + `,` + one(2, "13") + `]`,
			`[{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"method handler crashed"}},{"jsonrpc":"2.0","id":2,"error":{"code":-32603,"message":"method handler crashed"}}]`, []int{2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			groups = nil
			want(t, e.send(http.MethodPost, c.send).body, c.want)
			if fmt.Sprint(groups) != fmt.Sprint(c.groups) {
				t.Errorf("groups of %v, want %v", groups, c.groups)
			}
		})
	}
}
