package smartbft

import (
	"reflect"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
)

// unblock takes one value from every channel of SmartBFT's controller, without
// waiting. A controller that has ended by a fault reads them no more, and who writes to
// one – the view changer, the view – would be blocked for ever and keep Stop from
// ending. They are private fields: a test holds their names to the pinned version.
func unblock(core *upstream.Consensus) {
	for _, channel := range channels(core) {
		channel.TryRecv()
	}
}

// channels returns the controller's channels; none before it has been made.
func channels(core *upstream.Consensus) (list []reflect.Value) {
	fields, ok := controllerOf(core)
	if !ok {
		return nil
	}
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Kind() != reflect.Chan || field.IsNil() || field.Type().ChanDir()&reflect.RecvDir == 0 {
			continue
		}
		list = append(list, private(field))
	}
	return list
}
