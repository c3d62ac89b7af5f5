package precompile_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"
	kzg "github.com/crate-crypto/go-eth-kzg"
)

// prover makes proofs with all of the trusted set-up, independently of the contract.
var prover = sync.OnceValues(kzg.NewContext4096Secure)

// opening is a proof in its parts: versioned hash, z, y, commitment, proof.
func opening(t testing.TB, blob *kzg.Blob, z kzg.Scalar) [][]byte {
	t.Helper()
	context, err := prover()
	if err != nil {
		t.Fatal(err)
	}
	commitment, err := context.BlobToKZGCommitment(blob, 0)
	if err != nil {
		t.Fatal(err)
	}
	proof, y, err := context.ComputeKZGProof(blob, z, 0)
	if err != nil {
		t.Fatal(err)
	}
	hash := sha256.Sum256(commitment[:])
	hash[0] = 1
	return [][]byte{hash[:], z[:], y[:], commitment[:], proof[:]}
}

func randomBlob(random *rand.ChaCha8, elements int) *kzg.Blob {
	var blob kzg.Blob
	for i := range elements {
		_, _ = random.Read(blob[32*i+1 : 32*i+32])
	}
	return &blob
}

func TestPointEvaluationAcceptsProofsOfAnotherImplementation(t *testing.T) {
	want := append(small(4096), word(fr.Modulus())...)
	random := rand.NewChaCha8([32]byte{10})
	var constant kzg.Blob // of a constant polynomial, whose quotient is zero
	for i := range kzg.ScalarsPerBlob {
		constant[32*i+31] = 7
	}
	for name, blob := range map[string]*kzg.Blob{
		"random": randomBlob(random, kzg.ScalarsPerBlob), "sparse": randomBlob(random, 3), "zero": new(kzg.Blob), "constant": &constant,
	} {
		// The last point is a root of unity, where the polynomial is evaluated by other means.
		last := new(big.Int).Sub(fr.Modulus(), big.NewInt(1))
		for _, z := range append(scalars(big.NewInt(100), random, 0)[:3], last, big.NewInt(0x123456789)) {
			input := opening(t, blob, kzg.Scalar(word(z)))
			if got := run(t, at(t, 0x0a), input...); !bytes.Equal(got, want) {
				t.Errorf("%s at %d: got %x", name, z, got)
			}
		}
	}
}

func TestPointEvaluationRefusesEveryAlteration(t *testing.T) {
	random := rand.NewChaCha8([32]byte{10, 1})
	good := opening(t, randomBlob(random, kzg.ScalarsPerBlob), kzg.Scalar(small(77)))
	other := opening(t, randomBlob(random, kzg.ScalarsPerBlob), kzg.Scalar(small(77)))
	contract := at(t, 0x0a)
	run(t, contract, good...)
	order := word(fr.Modulus())
	plus := func(word32 []byte) []byte { return word(new(big.Int).Add(new(big.Int).SetBytes(word32), fr.Modulus())) }
	infinity := append([]byte{0xc0}, make([]byte, 47)...)
	offSubgroup := compressedOutside()
	altered := func(part int, value []byte) [][]byte {
		parts := slices.Clone(good)
		parts[part] = value
		if part == 3 {
			hash := sha256.Sum256(value)
			hash[0] = 1
			parts[0] = hash[:]
		}
		return parts
	}
	version := bytes.Clone(good[0])
	version[0] = 2
	for why, input := range map[string][][]byte{
		"another version": altered(0, version), "another hash": altered(0, other[0]),
		"another z": altered(1, small(78)), "z plus the order": altered(1, plus(good[1])), "z is the order": altered(1, order),
		"another y": altered(2, other[2]), "y plus the order": altered(2, plus(good[2])), "y is the order": altered(2, order),
		"another commitment": altered(3, other[3]), "no commitment": altered(3, infinity), "a commitment off the subgroup": altered(3, offSubgroup),
		"another proof": altered(4, other[4]), "no proof": altered(4, infinity), "a proof off the subgroup": altered(4, offSubgroup),
		"a proof of zeros": altered(4, make([]byte, 48)), "a commitment of zeros": altered(3, make([]byte, 48)),
		"infinity with a sign": altered(4, append([]byte{0xe0}, make([]byte, 47)...)),
		"infinity with a tail": altered(4, append(bytes.Clone(infinity[:47]), 1)),
		"infinity in full":     altered(4, append([]byte{0x40}, make([]byte, 47)...)),
		"a byte is missing":    altered(4, good[4][:47]), "a byte is too much": altered(4, append(bytes.Clone(good[4]), 0)),
		"nothing": nil,
	} {
		refused(t, contract, why, input...)
	}
	whole := slices.Concat(good...)
	for range 100 {
		bit := binary.LittleEndian.Uint16(binary.LittleEndian.AppendUint64(nil, random.Uint64())) % (192 * 8)
		damaged := bytes.Clone(whole)
		damaged[bit/8] ^= 1 << (bit % 8)
		refused(t, contract, "a flipped bit", damaged)
	}
}

// compressedOutside is a point of the curve that is not in the subgroup, with either sign.
func compressedOutside() []byte {
	outside := blsGroups()[0].outside
	compressed := bytes.Clone(outside[16:64])
	compressed[0] |= 0x80
	return compressed
}
