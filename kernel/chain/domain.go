package chain

import "github.com/credibleledger/credibleledger/kernel/encoding/rlp"

// Domain separates the uses of one key and one hash function: every message
// that is this platform's to define starts with its domain string, the chain
// identity and its type before it is hashed and signed (formats, Encoding).
type Domain string

// The frozen domain strings.
const (
	DomainHeader      Domain = "credibleledger/header/1"
	DomainTransaction Domain = "credibleledger/transaction/1"
	DomainVote        Domain = "credibleledger/vote/1"
	DomainHandshake   Domain = "credibleledger/handshake/1"
	DomainAttestation Domain = "credibleledger/attestation/1"
	DomainValidators  Domain = "credibleledger/validators/1"
	DomainGenesis     Domain = "credibleledger/genesis/1"
	DomainReceipt     Domain = "credibleledger/receipt/1"
	DomainWriteSet    Domain = "credibleledger/writeset/1"
	DomainEvidence    Domain = "credibleledger/evidence/1"
	DomainDevelopment Domain = "credibleledger/development/1"
	DomainPayload     Domain = "credibleledger/payload/1"
)

// SigningHash returns H(rlp([domain, identity, kind, message])), the digest
// that is signed for a message of the given kind on the given chain.
func SigningHash(h Hasher, domain Domain, identity Hash, kind string, message []byte) Hash {
	const headers = 5 * 9
	b := make([]byte, 0, headers+len(domain)+HashSize+len(kind)+len(message))
	b = rlp.AppendBytes(b, []byte(domain))
	b = rlp.AppendBytes(b, identity[:])
	b = rlp.AppendBytes(b, []byte(kind))
	b = rlp.AppendBytes(b, message)
	return h.Sum(rlp.CloseList(b, 0))
}

// hashIn returns H(domain ‖ encoding): the digest of a value that is bound to
// its chain by a field of its own or by its position.
func hashIn(h Hasher, domain Domain, encoding []byte) Hash {
	return h.Sum([]byte(domain), encoding)
}
