package chain

// Rules names one version of the consensus rules and the height from which it
// is in force. Activations are state, set by transaction (formats, State).
type Rules struct {
	Version    uint64 `json:"version"`
	Activation uint64 `json:"activation"`
}

// VersionAt returns the version in force at height: the last one whose
// activation is not above it. The schedule is in ascending order of activation.
func VersionAt(schedule []Rules, height uint64) uint64 {
	var version uint64
	for _, rules := range schedule {
		if rules.Activation > height {
			break
		}
		version = rules.Version
	}
	return version
}
