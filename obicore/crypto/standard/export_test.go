package standard

import "github.com/credibleledger/credibleledger/kernel/crypto"

// The functions below the schemes that take a message of any length, for official vectors whose messages are not
// 32-byte digests.
var VerifyEd25519Message = verifyEd25519

// SignEd25519Message signs a message of any length.
func SignEd25519Message(signer crypto.Signer, message []byte) ([]byte, error) {
	return signer.(*ed25519Signer).signMessage(message), nil
}
