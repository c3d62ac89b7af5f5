package smartbft

import (
	"reflect"
	"unsafe"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
)

// controllerOf returns SmartBFT's controller; false before it has been made.
func controllerOf(core *upstream.Consensus) (reflect.Value, bool) {
	field := reflect.ValueOf(core).Elem().FieldByName("controller")
	if !field.IsValid() || field.IsNil() {
		return reflect.Value{}, false
	}
	return field.Elem(), true
}

// private opens a field that the package cannot name: its address makes it usable. Tests hold
// such fields to the pinned version.
func private(field reflect.Value) reflect.Value {
	return reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem() //nolint:gosec // see above
}
