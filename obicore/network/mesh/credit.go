package mesh

// overhead is what a message costs of a window beyond its bytes, so that a window
// bounds the number of small messages too.
const overhead = 64

// maxWindow keeps sums of credit far from overflow.
const maxWindow = 1 << 40

// costOf returns the credit that a message takes.
func costOf(message []byte) int64 { return int64(len(message)) + overhead }

// returnAfter is how much credit a receiver collects before it gives it back in one
// frame: a quarter of the window, but never so much that the largest message could
// not be sent.
func returnAfter(window, message int) int64 {
	return max(1, min(int64(window)/4, int64(window)-int64(message)-overhead))
}
