package cli

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func cut(s string, separator byte) (before, after string, found bool) {
	return strings.Cut(s, string(separator))
}

// units are the suffixes of amounts, as powers of ten of the smallest unit.
var units = []struct {
	name  string
	power int64
}{{"ether", 18}, {"gwei", 9}, {"wei", 0}}

// parseAmount reads an amount: decimal or 0x digits of the smallest unit, or a
// decimal with a unit such as 1.5ether.
func parseAmount(text string) (chain.Word, error) {
	malformed := fmt.Errorf("%q is not an amount: use digits of the smallest unit, or a unit as in 1.5ether", text)
	digits, power := text, int64(0)
	for _, unit := range units {
		if before, found := strings.CutSuffix(text, unit.name); found {
			digits, power = before, unit.power
			break
		}
	}
	whole, fraction, _ := strings.Cut(digits, ".")
	if int64(len(fraction)) > power || whole+fraction == "" {
		return chain.Word{}, malformed
	}
	if strings.HasPrefix(whole, "0x") && power == 0 {
		v, ok := new(big.Int).SetString(whole[2:], 16)
		if !ok {
			return chain.Word{}, malformed
		}
		return fit(v, malformed)
	}
	v, ok := new(big.Int).SetString(whole+fraction, 10)
	if !ok || strings.ContainsAny(digits, "+-_") {
		return chain.Word{}, malformed
	}
	return fit(v.Mul(v, new(big.Int).Exp(big.NewInt(10), big.NewInt(power-int64(len(fraction))), nil)), malformed)
}

func fit(v *big.Int, malformed error) (chain.Word, error) {
	w, ok := chain.WordFromBig(v)
	if !ok {
		return w, malformed
	}
	return w, nil
}

// bigDecimal shows a quantity of any size in decimal.
func bigDecimal(quantity string) string {
	v, ok := new(big.Int).SetString(strings.TrimPrefix(quantity, "0x"), 16)
	if !ok {
		return quantity
	}
	return v.String()
}
