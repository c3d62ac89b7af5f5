package configuration_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

func TestTheDefaultFileReadsBackAsTheDefault(t *testing.T) {
	file, err := configuration.Default().Encode()
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := configuration.Parse(file)
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	if !reflect.DeepEqual(parsed, configuration.Default()) {
		t.Fatalf("%+v", parsed)
	}
	for _, key := range configuration.Keys() {
		if strings.HasPrefix(key, "network.peers.") {
			continue // there is none by default
		}
		if name := key[strings.LastIndex(key, ".")+1:]; !strings.Contains(string(file), name+" = ") {
			t.Errorf("the file does not show %s", key)
		}
	}
}

func TestUnknownKeysAreRefusedWithLineAndSuggestion(t *testing.T) {
	_, err := configuration.Parse([]byte("[rpc]\naddress = \"127.0.0.1:1\"\nmax_bach = 5\n"))
	var unknown *configuration.UnknownKeyError
	if !errors.As(err, &unknown) || unknown.Line != 3 || unknown.Suggestion != "rpc.max_batch" {
		t.Fatalf("%v", err)
	}
	_, err = configuration.Parse([]byte("[rpcc]\naddress = \"127.0.0.1:1\"\n"))
	if !errors.As(err, &unknown) || unknown.Key != "rpcc" || unknown.Suggestion != "rpc" {
		t.Fatalf("%v", err)
	}
}

func TestValuesOutOfRangeAreRefusedByName(t *testing.T) {
	for name, file := range map[string]string{
		"rpc.address":      "[rpc]\naddress = \"nowhere\"\n",
		"blocks.interval":  "[blocks]\ninterval = \"-1s\"\n",
		"blocks.ordering":  "[blocks]\nordering = \"both\"\n",
		"blocks.checks":    "[blocks]\nchecks = \"some\"\n",
		"pool.per_sender":  "[pool]\nper_sender = 0\n",
		"pool.queued":      "[pool]\nqueued = -1\n",
		"pool.queued_life": "[pool]\nqueued_life = \"0s\"\n",
		"sync.trust_hash":  "[sync]\ntrust_height = 7\n",
		"sync.snapshot":    "[sync]\nsnapshot = true\n",
		"snapshots.keep":   "[snapshots]\nkeep = 0\n",
		"log.level":        "[log]\nlevel = \"loud\"\n",
		"data":             "[data]\ngenesis = \"\"\n",
	} {
		if _, err := configuration.Parse([]byte(file)); !errors.Is(err, configuration.ErrValue) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	file, err := configuration.Default().Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte("[rpc]\nmax_bach = 5\n"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if c, err := configuration.Parse(file); err == nil && c.Check() != nil {
			t.Fatal("accepted a configuration that does not check")
		}
	})
}
