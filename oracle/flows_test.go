package oracle

import "testing"

// TestGethClientsCompleteEveryFlow is geth's column of the client matrix.
func TestGethClientsCompleteEveryFlow(t *testing.T) {
	flows := []struct {
		name string
		run  func(*testing.T, *peer)
	}{
		{"transfer", transfer},
		{"erc20", erc20},
		{"erc721", erc721},
		{"erc1155", erc1155},
		{"governor", governor},
		{"uniswap", uniswap},
		{"safe", safe},
		{"entrypoint", entrypoint},
		{"delegation", delegation},
		{"passkey", passkey},
		{"traces", traces},
		{"logs", logs},
		{"subscriptions", subscriptions},
		{"native", native},
		{"moves", moves},
	}
	for _, server := range servers(t) {
		t.Run(server.name, func(t *testing.T) {
			t.Parallel()
			p := server.open(t)
			for _, flow := range flows {
				if flow.name == "moves" && p.network == nil {
					continue
				}
				t.Run(flow.name, func(t *testing.T) { flow.run(t, p) })
			}
		})
	}
}
