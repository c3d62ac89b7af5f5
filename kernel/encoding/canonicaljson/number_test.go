package canonicaljson_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

func TestNumberTableOfRFC8785IsReproduced(t *testing.T) {
	// RFC 8785 appendix B: the bits of a double and its canonical form.
	table := []struct {
		bits uint64
		want string
	}{
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	}
	for _, row := range table {
		// Seventeen significant digits name a double exactly.
		input := strconv.FormatFloat(math.Float64frombits(row.bits), 'e', 16, 64)
		if got := canonical(t, input); got != row.want {
			t.Errorf("%016x from %s: got %s, want %s", row.bits, input, got, row.want)
		}
		if got := canonical(t, row.want); got != row.want {
			t.Errorf("%s becomes %s", row.want, got)
		}
	}
}

func TestEveryDoubleSurvivesCanonicalForm(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 200_000 {
		value := math.Float64frombits(random.Uint64())
		if math.IsNaN(value) || math.IsInf(value, 0) {
			continue
		}
		form := canonical(t, strconv.FormatFloat(value, 'e', -1, 64))
		again, err := strconv.ParseFloat(form, 64)
		if err != nil || again != value {
			t.Fatalf("%g: %s reads as %g, error %v", value, form, again, err)
		}
		if !canonicaljson.IsCanonical([]byte(form)) {
			t.Fatalf("%s is not canonical", form)
		}
	}
}

func TestIntegersKeepTheirDigitsOrAreRefused(t *testing.T) {
	const limit = 1 << 53
	for _, value := range []int64{0, 1, -1, limit - 1, limit, limit + 1, limit + 2, -limit, -limit - 1, math.MaxInt64} {
		literal := strconv.FormatInt(value, 10)
		got, err := canonicaljson.Canonical([]byte(literal))
		exact := int64(float64(value)) == value && value != math.MaxInt64
		switch {
		case exact && string(got) != literal:
			t.Errorf("%s becomes %s, error %v", literal, got, err)
		case !exact && !errors.Is(err, canonicaljson.ErrNumber):
			t.Errorf("%s becomes %s, error %v", literal, got, err)
		}
	}
}

func TestFractionsAndExponentsHaveOneForm(t *testing.T) {
	for input, want := range map[string]string{
		"-0": "0", "-0.0": "0", "0e9": "0", "1.0": "1", "1E3": "1000", "1e+3": "1000", "10e-1": "1", "1e20": "100000000000000000000",
		"1e21": "1e+21", "1e-6": "0.000001", "1e-7": "1e-7", "1e-10": "1e-10", "1e100": "1e+100", "123e-20": "1.23e-18", "1e-400": "0",
	} {
		if got := canonical(t, input); got != want {
			t.Errorf("%s: got %s, want %s", input, got, want)
		}
	}
}
