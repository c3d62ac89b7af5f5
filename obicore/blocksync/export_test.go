package blocksync

// Known is how many peers are remembered, those that are gone included.
func Known(s *Synchronizer) int { return len(s.peers) }
