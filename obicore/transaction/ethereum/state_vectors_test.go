package ethereum_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// stateTest is the part of an execution-spec state test that concerns the transaction's bytes.
type stateTest struct {
	Transaction struct {
		Sender         chain.Address `json:"sender"`
		Authorizations []struct {
			Signer *chain.Address `json:"signer"`
		} `json:"authorizationList"`
	} `json:"transaction"`
	Post map[string][]struct {
		Bytes     string `json:"txbytes"`
		Exception string `json:"expectException"`
	} `json:"post"`
}

// stateless are the exceptions that this package finds; all others need a state, a block or a chain.
var stateless = map[string]bool{
	"TransactionException.NONCE_IS_MAX":                                                                    true,
	"TransactionException.PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS":                                           true,
	"TransactionException.TYPE_3_TX_CONTRACT_CREATION":                                                     true,
	"TransactionException.TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH":                                           true,
	"TransactionException.TYPE_3_TX_ZERO_BLOBS":                                                            true,
	"TransactionException.TYPE_4_EMPTY_AUTHORIZATION_LIST":                                                 true,
	"TransactionException.TYPE_4_TX_CONTRACT_CREATION":                                                     true,
	"TransactionException.INTRINSIC_GAS_TOO_LOW":                                                           true,
	"TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST":                                              true,
	"TransactionException.INSUFFICIENT_ACCOUNT_FUNDS|TransactionException.GASLIMIT_PRICE_PRODUCT_OVERFLOW": true,
	"TransactionException.INSUFFICIENT_ACCOUNT_FUNDS|TransactionException.INTRINSIC_GAS_TOO_LOW":           true,
}

// tally counts what TestTransactionsOfStateTests has seen.
type tally struct {
	byType                                   map[byte]int
	recovered, authorities, invalid, refused int
}

// TestTransactionsOfStateTests decodes and verifies the transaction of every Osaka state test.
func TestTransactionsOfStateTests(t *testing.T) {
	seen := &tally{byType: map[byte]int{}}
	testdata.Each(t, "eest-state-v5.4.0.tar.gz", isStateTest, func(name string, data []byte) {
		var tests map[string]stateTest
		if err := json.Unmarshal(data, &tests); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for title, test := range tests {
			for _, post := range test.Post["Osaka"] {
				seen.check(t, title, test, unhex(t, post.Bytes), post.Exception)
			}
		}
	})
	t.Logf("decoded by type %v, %d refused; senders recovered %d, authorities %d, authorisations without authority %d",
		seen.byType, seen.refused, seen.recovered, seen.authorities, seen.invalid)
	if seen.byType[0] < 8000 || seen.byType[1] < 250 || seen.byType[2] < 600 || seen.byType[3] < 350 || seen.byType[4] < 450 {
		t.Error("too few transactions were found")
	}
	if seen.recovered < 10_000/recoveryShare || seen.authorities < 3_000/recoveryShare/2 {
		t.Error("too few signatures were recovered")
	}
}

func (s *tally) check(t *testing.T, title string, test stateTest, raw []byte, exception string) {
	t.Helper()
	decoded, err := decodeWithGas(raw)
	if wantRefusal := stateless[exception]; (err != nil) != wantRefusal {
		t.Errorf("%s: got %v, want %q", title, err, exception)
	}
	if err != nil {
		s.refused++
		return
	}
	s.byType[decoded.Type]++
	checkReencoding(t, raw)
	if int(decoded.ID[0])%recoveryShare == 0 {
		s.checkSigners(t, title, test, decoded)
	}
}

func (s *tally) checkSigners(t *testing.T, title string, test stateTest, decoded *chain.Transaction) {
	t.Helper()
	verified, err := family.Verify(decoded)
	if err != nil || verified.Sender != test.Transaction.Sender {
		t.Errorf("%s: sender %s, error %v, want %s", title, verified.Sender, err, test.Transaction.Sender)
		return
	}
	s.recovered++
	for i, authorization := range test.Transaction.Authorizations {
		delegation := verified.Delegate[i]
		if !delegation.Valid {
			s.invalid++
			if !hasInvalidAuthorization(title) {
				t.Errorf("%s: authority %d was not recovered", title, i)
			}
			continue
		}
		s.authorities++
		if authorization.Signer != nil && delegation.Authority != *authorization.Signer {
			t.Errorf("%s: authority %d is %s, want %s", title, i, delegation.Authority, *authorization.Signer)
		}
	}
}

// hasInvalidAuthorization names the tests that are about authorisations that have no effect on any chain.
func hasInvalidAuthorization(title string) bool {
	for _, name := range []string{
		"test_valid_tx_invalid_auth_signature[", "test_signature_s_out_of_range[", "test_nonce_validity[", "test_nonce_overflow_after_first_authorization[",
	} {
		if strings.Contains(title, name) {
			return true
		}
	}
	return false
}

var errGas = errors.New("gas limit below intrinsic gas or floor")

// isStateTest leaves out one fixture that is an empty stub.
func isStateTest(name string) bool {
	return strings.HasSuffix(name, ".json") && !strings.HasSuffix(name, "/underflowTest.json")
}

func decodeWithGas(raw []byte) (*chain.Transaction, error) {
	decoded, err := family.Decode(raw)
	if err != nil {
		return nil, err
	}
	if gas, floor := execution.IntrinsicGas(execution.DefaultRules()[1], decoded); decoded.Gas < gas || decoded.Gas < floor {
		return nil, errGas
	}
	return decoded, nil
}
