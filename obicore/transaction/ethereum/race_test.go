//go:build race

package ethereum_test

// recoveryShare is one of how many official transactions has its signatures recovered. The race detector makes a
// recovery about twenty times slower, and the plain run has already recovered all of them.
const recoveryShare = 16
