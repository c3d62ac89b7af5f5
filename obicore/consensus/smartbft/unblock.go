package smartbft

import (
	"reflect"
	"unsafe"

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
	controller := reflect.ValueOf(core).Elem().FieldByName("controller")
	if !controller.IsValid() || controller.IsNil() {
		return nil
	}
	fields := controller.Elem()
	for i := range fields.NumField() {
		field := fields.Field(i)
		if field.Kind() != reflect.Chan || field.IsNil() || field.Type().ChanDir()&reflect.RecvDir == 0 {
			continue
		}
		// The package cannot name the fields; their address makes them readable.
		list = append(list, reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem()) //nolint:gosec // see above
	}
	return list
}
