package chain

import "github.com/credibleledger/credibleledger/kernel/encoding/rlp"

// Status says how a transaction ended.
type Status uint8

// The frozen statuses. A void transaction (formats, Results) has status failed
// and a reason other than ReasonNone.
const (
	StatusFailed    Status = 0
	StatusSucceeded Status = 1
)

// Reason is the stable code of why an ordered transaction could not start.
type Reason uint16

// The frozen reasons of void transactions.
const (
	ReasonNone      Reason = 0
	ReasonNonce     Reason = 1 // the lane has moved on, or has a gap
	ReasonBalance   Reason = 2 // the payer cannot pay for gas and value
	ReasonExpired   Reason = 3 // past its last valid height
	ReasonDuplicate Reason = 4 // its id was already included inside the window
	ReasonPolicy    Reason = 5 // admission policy changed meanwhile
	ReasonFee       Reason = 6 // fee cap under the base fee
	ReasonGas       Reason = 7 // intrinsic gas, or no room left in the block
	ReasonInvalid   Reason = 8 // any other rule that forbids its start
)

// MaxTopics is the most topics that one log carries.
const MaxTopics = 4

// Log is one event.
type Log struct {
	Address Address
	Topics  []Hash
	Data    []byte
}

// Receipt is the outcome of one transaction.
type Receipt struct {
	Status  Status
	Reason  Reason
	GasUsed uint64
	Logs    []Log
}

// Void reports whether the transaction was ordered but could not start.
func (r *Receipt) Void() bool { return r.Reason != ReasonNone }

// Encode returns the canonical RLP list [status, reason, gas used, logs].
func (r *Receipt) Encode() []byte { return r.append(nil) }

func (r *Receipt) append(dst []byte) []byte {
	start := len(dst)
	dst = rlp.AppendUint64(dst, uint64(r.Status))
	dst = rlp.AppendUint64(dst, uint64(r.Reason))
	dst = rlp.AppendUint64(dst, r.GasUsed)
	logs := len(dst)
	for i := range r.Logs {
		dst = r.Logs[i].append(dst)
	}
	dst = rlp.CloseList(dst, logs)
	return rlp.CloseList(dst, start)
}

func (l *Log) append(dst []byte) []byte {
	start := len(dst)
	dst = rlp.AppendBytes(dst, l.Address[:])
	topics := len(dst)
	for i := range l.Topics {
		dst = rlp.AppendBytes(dst, l.Topics[i][:])
	}
	dst = rlp.CloseList(dst, topics)
	dst = rlp.AppendBytes(dst, l.Data)
	return rlp.CloseList(dst, start)
}

// DecodeReceipt reads what Encode writes.
func DecodeReceipt(b []byte) (*Receipt, error) {
	d := newDecoder(b, "receipt")
	r := d.receipt()
	return &r, d.finish()
}

func (d *decoder) receipt() (r Receipt) {
	d.list(func(d *decoder) {
		status := d.uint64()
		if status > uint64(StatusSucceeded) {
			d.fail(ErrMalformed)
		}
		r.Status = Status(status)
		r.Reason = Reason(d.uint16())
		r.GasUsed = d.uint64()
		d.each(1<<20, func(d *decoder) { r.Logs = append(r.Logs, d.log()) })
	})
	return r
}

func (d *decoder) log() (l Log) {
	d.list(func(d *decoder) {
		d.fixed(l.Address[:])
		d.each(MaxTopics, func(d *decoder) {
			var topic Hash
			d.fixed(topic[:])
			l.Topics = append(l.Topics, topic)
		})
		l.Data = d.bytes(MaxValue)
	})
	return l
}
