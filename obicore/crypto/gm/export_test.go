package gm

// The functions below the scheme that take a message of any length, for official vectors whose messages are not
// 32-byte digests.
var (
	VerifySM2Message = verifySM2
	SM2Digest        = sm2Digest
)
