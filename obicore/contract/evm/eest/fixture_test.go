package eest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// fixture is one test of a state test file.
type fixture struct {
	Env    environment           `json:"env"`
	Pre    map[string]account    `json:"pre"`
	Post   map[string][]expected `json:"post"`
	Config struct {
		ChainID      quantity `json:"chainid"`
		BlobSchedule map[string]struct {
			Fraction quantity `json:"baseFeeUpdateFraction"`
		} `json:"blobSchedule"`
	} `json:"config"`
}

type environment struct {
	Coinbase   text     `json:"currentCoinbase"`
	GasLimit   quantity `json:"currentGasLimit"`
	Number     quantity `json:"currentNumber"`
	Timestamp  quantity `json:"currentTimestamp"`
	Random     text     `json:"currentRandom"`
	BaseFee    quantity `json:"currentBaseFee"`
	ExcessBlob quantity `json:"currentExcessBlobGas"`
}

type account struct {
	Nonce   quantity            `json:"nonce"`
	Balance quantity            `json:"balance"`
	Code    text                `json:"code"`
	Storage map[string]quantity `json:"storage"`
}

type expected struct {
	Hash      text   `json:"hash"`
	Logs      text   `json:"logs"`
	Envelope  text   `json:"txbytes"`
	Exception string `json:"expectException"`
}

// text is a hexadecimal byte string.
type text []byte

func (b *text) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	decoded, err := hex.DecodeString(strings.TrimPrefix(s, "0x"))
	*b = decoded
	return err
}

// quantity is a hexadecimal number, with or without leading zeros.
type quantity struct{ big.Int }

func (q *quantity) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return err
	}
	digits := strings.TrimPrefix(s, "0x")
	if digits == "" {
		digits = "0"
	}
	if _, ok := q.SetString(digits, 16); !ok {
		return fmt.Errorf("bad quantity %q", s)
	}
	return nil
}

func (q *quantity) word() chain.Word {
	w, ok := chain.WordFromBig(&q.Int)
	if !ok {
		panic("quantity over 256 bits in a fixture")
	}
	return w
}

// world returns the state before the transaction.
func (f *fixture) world() world {
	w := make(world)
	for name, account := range f.Pre {
		var owner chain.Address
		if err := owner.UnmarshalText([]byte(name)); err != nil {
			panic(err)
		}
		leaf := chain.Account{Nonce: account.Nonce.Uint64(), Balance: account.Balance.word()}
		if len(account.Code) > 0 {
			leaf.CodeHash = keccak.Keccak256(account.Code)
			w[chain.CodeKey(owner)] = account.Code
		}
		w[chain.AccountKey(owner)] = leaf.Encode()
		for slot, value := range account.Storage {
			if value.Sign() == 0 {
				continue
			}
			var key quantity
			if err := json.Unmarshal([]byte(`"`+slot+`"`), &key); err != nil {
				panic(err)
			}
			w[chain.StorageKey(owner, key.word())] = value.Bytes()
		}
	}
	return w
}

// blobFee is EIP-4844's get_base_fee_per_blob_gas.
func (f *fixture) blobFee(fork string) chain.Word {
	fraction := f.Config.BlobSchedule[fork].Fraction.Int
	if fraction.Sign() == 0 {
		fraction.SetUint64(map[string]uint64{"Cancun": 3338477}[fork])
		if fraction.Sign() == 0 {
			fraction.SetUint64(5007716)
		}
	}
	// fake_exponential(1, excess, fraction)
	sum, term := new(big.Int), new(big.Int).Set(&fraction)
	for i := int64(1); term.Sign() > 0; i++ {
		sum.Add(sum, term)
		term.Mul(term, &f.Env.ExcessBlob.Int)
		term.Div(term, new(big.Int).Mul(&fraction, big.NewInt(i)))
	}
	w, _ := chain.WordFromBig(sum.Div(sum, &fraction))
	return w
}
