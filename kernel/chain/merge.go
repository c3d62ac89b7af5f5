package chain

import "slices"

// MergeWrites folds write sets in order: a later set wins. The result is in
// ascending key order.
func MergeWrites(sets ...[]Write) []Write {
	count := 0
	for _, set := range sets {
		count += len(set)
	}
	last := make(map[StateKey][]byte, count)
	for _, set := range sets {
		for i := range set {
			last[set[i].Key] = set[i].Value
		}
	}
	merged := make([]Write, 0, len(last))
	for key, value := range last {
		merged = append(merged, Write{Key: key, Value: value})
	}
	slices.SortFunc(merged, func(a, b Write) int { return a.Key.Compare(b.Key) })
	return merged
}
