package inbox

// Limit bounds what waits of one sender.
type Limit struct{ Frames, Bytes int }

// What may wait for an engine in all, and at least of each sender.
var (
	Whole = Limit{Frames: 8192, Bytes: 64 << 20}
	Least = Limit{Frames: 256, Bytes: 8 << 20}
)

// Share is an equal part for each of a number of senders, and not less than the least that
// an honest one needs: with many senders all together may have more than the whole.
func Share(whole, least Limit, senders int) Limit {
	n := max(senders, 1)
	return Limit{Frames: max(whole.Frames/n, least.Frames), Bytes: max(whole.Bytes/n, least.Bytes)}
}

// Fits reports whether a frame may join what waits already. One alone always may, because
// nothing is gained by a limit that a large block could never pass.
func (l Limit) Fits(frames, bytes, size int) bool {
	return frames == 0 || frames < l.Frames && bytes+size <= l.Bytes
}
