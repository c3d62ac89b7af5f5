package light

import (
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// Verifiers returns the verifiers of all kinds of proofs that this package knows,
// without their engines.
func Verifiers(signature consensus.VerifySignature) []consensus.ProofVerifier {
	return []consensus.ProofVerifier{
		solo.Module{}.Verifier(signature),
		consensus.QuorumVerifier{ProofKind: "smartbft/1", VoteKind: "smartbft/commit", Fault: consensus.BFT, Signature: signature},
		consensus.QuorumVerifier{ProofKind: "simplex/1", VoteKind: "simplex/finalize", Fault: consensus.BFT, Signature: signature},
		consensus.QuorumVerifier{ProofKind: "raft/1", VoteKind: "raft/commit", Fault: consensus.CFT, Signature: signature},
	}
}
