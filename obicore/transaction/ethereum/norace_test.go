//go:build !race

package ethereum_test

// recoveryShare is one of how many official transactions has its signatures recovered.
const recoveryShare = 1
