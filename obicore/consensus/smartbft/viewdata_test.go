package smartbft

import "testing"

func TestOnlyOneThingIsTakenThatANewViewSays(t *testing.T) {
	none := []viewData{idle(2), idle(2), idle(2)}
	carries := []viewData{holding(2, "a", 1, true), holding(2, "a", 1, false), idle(2)}
	stuck := []viewData{holding(2, "a", 1, true), holding(2, "a", 1, true), holding(2, "b", 1, false)}
	e := &engine{}
	if err := e.begin(stuck, four); err == nil {
		t.Error("a new view of which nothing can come is taken")
	}
	for range 2 {
		if err := e.begin(none, four); err != nil {
			t.Errorf("a new view that comes again: %v", err)
		}
	}
	if err := e.begin(carries, four); err == nil {
		t.Error("a second new view is taken that says something else")
	}
	e.begun = accepted{}
	if err := e.begin(carries, four); err != nil {
		t.Errorf("a new view that carries a proposal over: %v", err)
	}
}
