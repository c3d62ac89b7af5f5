package crypto

import (
	"bytes"
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

func (b bench) suiteRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "scheme-table", Statement: "The suite has a name, and lists its schemes in ascending order without SchemeNone; each is found by its number, the default is among them, others give ErrScheme.", Check: b.schemeTable},
		{Name: "scheme-table-is-a-copy", Statement: "A caller that changes the list of schemes does not change the suite.", Check: b.schemeTableIsACopy},
		{Name: "hash-of-parts", Statement: "The digest of parts is the digest of their concatenation.", Check: b.hashOfParts},
		{Name: "hash-is-a-function", Statement: "Equal input has equal digests in every value of the suite, and the input is left as it was.", Check: b.hashIsAFunction},
		{Name: "hash-separates", Statement: "Inputs that differ in one bit or in length have different digests.", Check: b.hashSeparates},
		{Name: "serial-hasher-is-the-hash", Statement: "A hasher for one goroutine, where a suite makes them, gives the suite's digests, whatever it has hashed before.", Check: b.serialHasher},
	}
}

func (b bench) schemeTable(t conformance.T) {
	suite := b.newSuite()
	if suite.Name() == "" || suite.Name() != b.newSuite().Name() {
		t.Fatalf("the name %q is empty or changes", suite.Name())
	}
	last := chain.SchemeNone
	known := map[chain.Scheme]bool{}
	for _, scheme := range suite.Schemes() {
		if scheme.ID() <= last {
			t.Fatalf("scheme %s stands after %s", scheme.ID(), last)
		}
		last = scheme.ID()
		known[last] = true
		found, err := suite.Scheme(last)
		if err != nil || found.ID() != last {
			t.Fatalf("scheme %s is listed and not found: %v", last, err)
		}
	}
	if !known[suite.Default()] {
		t.Fatalf("the default, %s, is not listed", suite.Default())
	}
	for id := range chain.Scheme(64) {
		if _, err := suite.Scheme(id); !known[id] && !errors.Is(err, crypto.ErrScheme) {
			t.Fatalf("scheme %s is not listed, and looking it up gives %v", id, err)
		}
	}
}

func (b bench) schemeTableIsACopy(t conformance.T) {
	suite := b.newSuite()
	list := suite.Schemes()
	if len(list) == 0 {
		t.Fatalf("the suite has no scheme")
	}
	first := list[0].ID()
	list[0] = nil
	if again := suite.Schemes(); again[0] == nil {
		t.Fatalf("the list of the suite was changed")
	}
	if _, err := suite.Scheme(first); err != nil {
		t.Fatalf("scheme %s got lost: %v", first, err)
	}
}

// interestingLengths lie around the block and padding edges of hash functions, in bytes.
var interestingLengths = []int{0, 1, 2, 31, 32, 33, 54, 55, 56, 57, 63, 64, 65, 71, 72, 73, 111, 112, 127, 128, 129, 135, 136, 137, 143, 144, 200, 1000, 4096, 65537}

func message(size int) []byte {
	content := make([]byte, size)
	_, _ = randomness(7).Read(content)
	return content
}

func (b bench) hashOfParts(t conformance.T) {
	suite := b.newSuite()
	if suite.Sum() != suite.Sum(nil) || suite.Sum() != suite.Sum([]byte{}, nil, []byte{}) {
		t.Fatalf("no part, a nil part and empty parts differ")
	}
	for _, size := range interestingLengths {
		whole := message(size)
		want := suite.Sum(whole)
		for _, first := range interestingLengths {
			if first > size {
				break
			}
			middle := first + (size-first)/2
			if suite.Sum(whole[:first], nil, whole[first:middle], whole[middle:]) != want {
				t.Fatalf("%d bytes differ when cut at %d and %d", size, first, middle)
			}
		}
		if size <= 200 && suite.Sum(bytesOf(whole)...) != want {
			t.Fatalf("%d bytes differ when given byte by byte", size)
		}
	}
}

func bytesOf(whole []byte) [][]byte {
	parts := make([][]byte, len(whole))
	for i := range whole {
		parts[i] = whole[i : i+1]
	}
	return parts
}

func (b bench) hashIsAFunction(t conformance.T) {
	one, other := b.newSuite(), b.newSuite()
	for _, input := range [][]byte{nil, []byte("abc"), message(1000)} {
		before := bytes.Clone(input)
		digest := one.Sum(input)
		one.Sum([]byte("something else"), input)
		if again := one.Sum(input); again != digest {
			t.Fatalf("%d bytes: first %s, then %s", len(input), digest, again)
		}
		if foreign := other.Sum(input); foreign != digest {
			t.Fatalf("%d bytes: %s, and %s in another value", len(input), digest, foreign)
		}
		if !bytes.Equal(before, input) {
			t.Fatalf("the input was changed")
		}
	}
}

func (b bench) hashSeparates(t conformance.T) {
	suite := b.newSuite()
	seen := map[chain.Hash]string{{}: "the zero hash"}
	note := func(what string, input []byte) {
		digest := suite.Sum(input)
		if earlier, ok := seen[digest]; ok {
			t.Fatalf("%s has the digest of %s", what, earlier)
		}
		seen[digest] = what
	}
	for size := range 300 {
		note("a run of zeros", make([]byte, size))
	}
	text := bytes.Repeat([]byte{0x5a}, 200)
	for bit := range 8 * len(text) {
		note("a text with one bit turned", flip(text, bit))
	}
}

func (b bench) serialHasher(t conformance.T) {
	suite := b.newSuite()
	serial, other := chain.Serial(suite), chain.Serial(suite)
	if serial.Sum() != suite.Sum() || serial.Sum(nil, []byte{}) != suite.Sum() {
		t.Fatalf("no part, and empty parts, have another digest than in the suite")
	}
	for _, size := range upAndDown(interestingLengths) {
		whole := message(size)
		want := suite.Sum(whole)
		if serial.Sum(whole) != want || serial.Sum(whole[:size/3], nil, whole[size/3:]) != want {
			t.Fatalf("%d bytes have another digest than in the suite", size)
		}
		if size <= 200 && serial.Sum(bytesOf(whole)...) != want {
			t.Fatalf("%d bytes given byte by byte have another digest than in the suite", size)
		}
		if other.Sum([]byte("something else"), whole); serial.Sum(whole) != want {
			t.Fatalf("%d bytes have another digest after a second hasher was used", size)
		}
	}
}

// upAndDown returns a list and then its reverse: what a longer input has left must not show.
func upAndDown(list []int) []int {
	down := slices.Clone(list)
	slices.Reverse(down)
	return slices.Concat(list, down)
}
