package enginetest

import (
	"bytes"
	"time"
)

// Append implements consensus.WAL.
func (h *Host) Append(record []byte, _ bool) error {
	h.mutex.Lock()
	n, hook := h.records+1, h.onRecord
	h.mutex.Unlock()
	if hook != nil {
		hook(h, n)
	}
	time.Sleep(h.world.given.Sync)
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return errDead
	}
	h.log = append(h.log, bytes.Clone(record))
	h.records++
	if h.crashAfter {
		h.ended, h.host = true, nil
		return errDead
	}
	return nil
}

// Replay implements consensus.WAL.
func (h *Host) Replay(f func(record []byte) error) error {
	h.mutex.Lock()
	log := h.log
	h.mutex.Unlock()
	for _, record := range log {
		if err := f(record); err != nil {
			return err
		}
	}
	return nil
}

// Truncate implements consensus.WAL.
func (h *Host) Truncate(keep int) error {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.ended {
		return errDead
	}
	if drop := len(h.log) - keep; drop > 0 {
		h.log = append([][]byte(nil), h.log[drop:]...)
	}
	return nil
}
