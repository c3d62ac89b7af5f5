package smartbft

import (
	"reflect"
	"testing"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
)

// TestTheControllersChannelsAreWhereTheyAreLookedFor holds unblock to the pinned
// version: whoever moves the pin must look again.
func TestTheControllersChannelsAreWhereTheyAreLookedFor(t *testing.T) {
	field, ok := reflect.TypeFor[upstream.Consensus]().FieldByName("controller")
	if !ok || field.Type.Kind() != reflect.Pointer {
		t.Fatal("the controller is gone")
	}
	found := make(map[string]bool)
	controller := field.Type.Elem()
	for i := range controller.NumField() {
		if f := controller.Field(i); f.Type.Kind() == reflect.Chan {
			found[f.Name] = true
		}
	}
	for _, name := range []string{"viewChange", "abortViewChan", "decisionChan"} {
		if !found[name] {
			t.Errorf("the controller has no channel %s: %v", name, found)
		}
	}
	if channels(&upstream.Consensus{}) != nil {
		t.Error("channels of a controller that is not there")
	}
}
