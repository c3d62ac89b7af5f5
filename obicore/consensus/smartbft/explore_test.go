package smartbft

import (
	"fmt"
	"testing"
	"time"
)

func TestExplore(t *testing.T) {
	kinds := map[string]func(c *conditions){
		"instant":               func(c *conditions) { c.sync = 0 },
		"fair":                  func(c *conditions) {},
		"reordering":            func(c *conditions) { c.reorder = true },
		"reordering instant":    func(c *conditions) { c.reorder, c.sync = true, 0 },
		"reordering instant 40": func(c *conditions) { c.reorder, c.sync, c.latency = true, 0, 40*time.Millisecond },
	}
	cares := map[string]care{"none": {}, "gate": {gate: true}, "redeliver": {redeliver: true}, "resend": {resend: true}, "both": {redeliver: true, gate: true}, "all": allCare}
	for name, set := range kinds {
		for cname, care := range cares {
			t.Run(name+"/"+cname, func(t *testing.T) {
				for seed := range uint64(12) {
					t.Run(fmt.Sprint(seed), func(t *testing.T) {
						given := fair(seed)
						given.care = care
						set(&given)
						inWorld(t, given, func(w *world) {
							took, ok := loseLeader(w, 2*time.Minute)
							fmt.Printf("%s/%s %v %v\n", name, cname, ok, took)
						})
					})
				}
			})
		}
	}
}
