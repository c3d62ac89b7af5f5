package eth_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/development"
)

// simulated is a block of an eth_simulateV1 answer.
type simulated struct {
	Number, Timestamp, Hash, ParentHash, BaseFeePerGas string
	Transactions                                       []json.RawMessage
	Calls                                              []struct {
		ReturnData, GasUsed, Status string
		Logs                        []struct {
			Address, Data, LogIndex string
			Topics                  []string
		}
		Error *struct {
			Code    int
			Message string
		}
	}
}

// simulator asks a development chain for simulations.
type simulator struct{ *served }

func newSimulator(t testing.TB, suite string) *simulator {
	t.Helper()
	return &simulator{serve(t, development.Options{Crypto: suite}, eth.Settings{}, jsonrpc.Options{})}
}

// ask sends the JSON of a simulation and returns blocks or an error.
func (s *simulator) ask(request string) (blocks []simulated, code int, message string) {
	s.t.Helper()
	body := `{"jsonrpc":"2.0","id":1,"method":"eth_simulateV1","params":[` + request + `,"latest"]}`
	recorder := httptest.NewRecorder()
	call := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "http://localhost/", bytes.NewReader([]byte(body)))
	call.Header.Set("Content-Type", "application/json")
	s.server.ServeHTTP(recorder, call)
	var answer struct {
		Result []simulated
		Error  struct {
			Code    int
			Message string
		}
	}
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil {
		s.t.Fatalf("%s: %v", recorder.Body.Bytes(), err)
	}
	return answer.Result, answer.Error.Code, answer.Error.Message
}

func TestSimulatedBlocksFollowEachOtherAndLeaveTheChainAlone(t *testing.T) {
	for _, suite := range []string{"standard", "gm"} {
		t.Run(suite, func(t *testing.T) {
			s := newSimulator(t, suite)
			head, sender := s.Head(), s.Accounts[0].Address
			request := fmt.Sprintf(`{"traceTransfers":true,"blockStateCalls":[
				{"calls":[{"from":"%[1]s","to":"0xc100000000000000000000000000000000000000","value":"0x7"}]},
				{"blockOverrides":{"number":"0x3"},"calls":[{"from":"0xc100000000000000000000000000000000000000","to":"%[1]s","value":"0x7"}]}]}`, sender)
			blocks, code, message := s.ask(request)
			if code != 0 || len(blocks) != 3 {
				t.Fatalf("%d blocks, error %d %s", len(blocks), code, message)
			}
			parent := head.Hash.String()
			for i := range blocks {
				if blocks[i].ParentHash != parent || blocks[i].Number != fmt.Sprintf("0x%x", i+1) {
					t.Errorf("block %d is %s on %s, want a child of %s", i, blocks[i].Number, blocks[i].ParentHash, parent)
				}
				if want := fmt.Sprintf("0x%x", head.Header.Time/1000+12*uint64(i+1)); blocks[i].Timestamp != want {
					t.Errorf("time of block %d is %s, want %s", i, blocks[i].Timestamp, want)
				}
				parent = blocks[i].Hash
			}
			if len(blocks[1].Calls) != 0 || blocks[2].Calls[0].Status != "0x1" {
				t.Errorf("the calls are %+v and %+v", blocks[1].Calls, blocks[2].Calls)
			}
			logs := blocks[0].Calls[0].Logs
			if len(logs) != 1 || logs[0].Address != "0x"+strings.Repeat("ee", 20) || !strings.HasSuffix(logs[0].Data, "07") {
				t.Errorf("the transfer shows as %+v", logs)
			}
			if s.Head().Hash != head.Hash {
				t.Error("the chain has grown")
			}
			again, _, _ := s.ask(request)
			if again[2].Hash != blocks[2].Hash {
				t.Errorf("the same simulation gives %s and %s", blocks[2].Hash, again[2].Hash)
			}
		})
	}
}

func TestSimulationsAreRefusedWithTheCodesThatClientsKnow(t *testing.T) {
	s := newSimulator(t, "standard")
	sender := s.Accounts[0].Address.String()
	call := func(members string) string {
		return `{"validation":true,"blockStateCalls":[{"blockOverrides":{"baseFeePerGas":"0x2"},"calls":[{"from":"` + sender + `","to":"` + sender + `"` + members + `}]}]}`
	}
	for request, want := range map[string]struct {
		code    int
		message string
	}{
		`{}`: {-32602, "empty input"},
		`{"blockStateCalls":[{"blockOverrides":{"gaslimits":"0x1"}}]}`:                                     {-32602, `unknown field "gaslimits" in block override`},
		`{"blockStateCalls":[{"stateOverrides":{"` + sender + `":{"balances":"0x1"}}}]}`:                   {-32602, `unknown field "balances" in state override`},
		`{"blockStateCalls":[{"blockOverrides":{"difficulty":"0x1"}}]}`:                                    {-32602, "difficulty"},
		`{"blockStateCalls":[{"blockOverrides":{"withdrawals":[{}]}}]}`:                                    {-32602, "withdrawals"},
		`{"blockStateCalls":[{"blockOverrides":{"number":"0x0"}}]}`:                                        {-38020, "block numbers must be in order: 0 <= 0"},
		`{"blockStateCalls":[{"blockOverrides":{"time":"0x1"}}]}`:                                          {-38021, "block timestamps must be in order"},
		`{"blockStateCalls":[{"blockOverrides":{"time":"0xffffffffffffffff"}}]}`:                           {-38021, "block timestamps must be in order"},
		`{"blockStateCalls":[{"blockOverrides":{"number":"0xffffffffffffffff"}}]}`:                         {-38026, "too many blocks"},
		`{"blockStateCalls":[` + strings.Repeat("{},", 256) + `{}]}`:                                       {-38026, "too many blocks"},
		`{"blockStateCalls":[{"calls":[` + strings.Repeat("{},", 5000) + `{}]}]}`:                          {-38026, "too many calls"},
		`{"blockStateCalls":[{"calls":[{"from":"` + sender + `","gas":"0xffffffffffff"}]}]}`:               {-38015, "block gas limit reached"},
		`{"blockStateCalls":[{"calls":[{"from":"` + sender + `","to":"` + sender + `","gas":"0x1"}]}]}`:    {-38013, "intrinsic gas too low"},
		`{"blockStateCalls":[{"calls":[{"to":"` + sender + `","value":"0xffffffffffffffffffffffffff"}]}]}`: {-38014, "insufficient funds"},
		`{"blockStateCalls":[{"stateOverrides":{"0x` + strings.Repeat("0", 39) + `1":{"code":"0x00"}}}]}`:  {-32602, "precompiled"},
		call(`,"nonce":"0x9","maxFeePerGas":"0x2"`):                                                        {-38011, "nonce too high"},
		call(`,"maxFeePerGas":"0x1"`):                                                                      {-38012, "max fee per gas less than block base fee"},
		call(`,"maxFeePerGas":"0x2","maxPriorityFeePerGas":"0x3"`):                                         {-32602, "max priority fee per gas higher"},
	} {
		_, code, message := s.ask(request)
		if code != want.code || !strings.Contains(message, want.message) {
			t.Errorf("%.120s gives %d %s, want %d %s", request, code, message, want.code, want.message)
		}
	}
}

func TestASimulatedCallThatFailsSaysWhyAndLeavesNoEvents(t *testing.T) {
	s := newSimulator(t, "standard")
	blocks, code, message := s.ask(`{"traceTransfers":true,"blockStateCalls":[{
		"stateOverrides":{"0xc100000000000000000000000000000000000000":{"code":"0x60015f5fa15f5ffd"},"0xc200000000000000000000000000000000000000":{"code":"0xfe"}},
		"calls":[{"from":"` + s.Accounts[0].Address.String() + `","to":"0xc100000000000000000000000000000000000000","value":"0x1"},
			{"to":"0xc200000000000000000000000000000000000000"}]}]}`)
	if code != 0 || len(blocks) != 1 || len(blocks[0].Calls) != 2 {
		t.Fatalf("%+v, error %d %s", blocks, code, message)
	}
	reverted, faulty := blocks[0].Calls[0], blocks[0].Calls[1]
	if reverted.Status != "0x0" || len(reverted.Logs) != 0 || reverted.Error == nil || reverted.Error.Code != 3 {
		t.Errorf("the reverted call is %+v", reverted)
	}
	if faulty.Status != "0x0" || faulty.Error == nil || faulty.Error.Code != -32015 || !strings.Contains(faulty.Error.Message, "invalid opcode") {
		t.Errorf("the faulty call is %+v", faulty)
	}
}
