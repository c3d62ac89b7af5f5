package consensus

import "bytes"

// journal is the log of one node. What was not synced may be lost in a crash, from some
// record on; records are whole or lost, as behind a checksum.
type journal struct {
	records [][]byte
	synced  int // how many are durable
	written int // in all lives
}

// crash loses some of what was not synced.
func (j *journal) crash(chance func(n int) int) {
	j.records = j.records[:j.synced+chance(len(j.records)-j.synced+1)]
	j.synced = len(j.records)
}

// copy returns the log as it is.
func (j *journal) copy() *journal {
	c := *j
	c.records = append([][]byte(nil), j.records...)
	return &c
}

// Append implements consensus.WAL.
func (l *life) Append(record []byte, sync bool) error {
	defer l.enter("WAL.Append")()
	if sync {
		l.delay(l.world.syncTime())
	}
	w := l.world
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if l.ended {
		return errDead
	}
	j := l.journal
	j.written++
	falls := j.written == l.plan.record
	if falls && !l.plan.written {
		return l.fall()
	}
	j.records = append(j.records, bytes.Clone(record))
	if sync {
		j.synced = len(j.records)
	}
	if falls {
		return l.fall()
	}
	return nil
}

// Replay implements consensus.WAL.
func (l *life) Replay(f func(record []byte) error) error {
	defer l.enter("WAL.Replay")()
	l.world.mutex.Lock()
	records := append([][]byte(nil), l.journal.records...)
	l.world.mutex.Unlock()
	for _, record := range records {
		if err := f(bytes.Clone(record)); err != nil {
			return err
		}
	}
	return nil
}

// Truncate implements consensus.WAL.
func (l *life) Truncate(keep int) error {
	defer l.enter("WAL.Truncate")()
	l.world.mutex.Lock()
	defer l.world.mutex.Unlock()
	if l.ended {
		return errDead
	}
	j := l.journal
	if drop := len(j.records) - max(keep, 0); drop > 0 {
		j.records = append([][]byte(nil), j.records[drop:]...)
		j.synced = len(j.records) // the file is written anew
	}
	return nil
}
