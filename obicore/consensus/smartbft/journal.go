package smartbft

import (
	"fmt"
)

// journal is the engine's log on the host's disk.
type journal struct{ *instance }

// Append implements api.WriteAheadLog. Whoever cannot write what it is about to
// promise must not go on.
func (j journal) Append(entry []byte, truncateTo bool) error {
	j.unseal(entry)
	j.wished.note(entry)
	if j.retired.Load() || !j.calls.Enter() {
		return nil // nothing leaves this instance any more, so that nothing is promised
	}
	defer j.calls.Leave()
	err := j.engine.wal.Append(entry, true)
	if err == nil && truncateTo {
		err = j.engine.wal.Truncate(1)
	}
	if err != nil {
		j.retired.Store(true)
		err = fmt.Errorf("smartbft: the log of votes cannot be written; check the disk and start the node again: %w", err)
		j.engine.show(err)
		j.host.Halt(err)
	}
	return nil
}
