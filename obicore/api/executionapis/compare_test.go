package executionapis_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// masked are the members whose values belong to the format of a chain: hashes of
// blocks, roots and sizes. Hashes of blocks that both chains have are not masked
// but translated.
var masked = map[string]bool{
	"stateRoot": true, "receiptsRoot": true, "transactionsRoot": true, "size": true,
	"parentHash": true, "blockHash": true, "parentBeaconBlockRoot": true,
}

// comparison lists where an answer differs from the reference.
type comparison struct {
	shape bool // compare kinds of values only
	list  []string
}

func (c *comparison) differ(path, format string, arguments ...any) {
	c.list = append(c.list, strings.TrimPrefix(path, ".")+": "+fmt.Sprintf(format, arguments...))
}

func (c *comparison) compare(path string, got, want any) {
	switch w := want.(type) {
	case map[string]any:
		c.compareObjects(path, got, w)
	case []any:
		c.compareLists(path, got, w)
	case string:
		c.compareTexts(path, got, w)
	default:
		if c.shape && want != nil && got != nil {
			if fmt.Sprintf("%T", got) != fmt.Sprintf("%T", want) {
				c.differ(path, "%T, want %T", got, want)
			}
		} else if got != want {
			c.differ(path, "%s, want %s", shorten(got), shorten(want))
		}
	}
}

func (c *comparison) compareObjects(path string, got any, want map[string]any) {
	g, ok := got.(map[string]any)
	if !ok {
		c.differ(path, "%s, want an object", shorten(got))
		return
	}
	_, isBlock := want["parentHash"]
	names := maps.Clone(want)
	maps.Copy(names, g)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		inner, hasGot := g[name]
		reference, hasWant := want[name]
		switch {
		case hasGot != hasWant:
			c.differ(path+"."+name, "present %t, want %t", hasGot, hasWant)
		case name == "accountProof":
			c.compareLeaf(path+"."+name, inner, reference)
		case masked[name] || isBlock && name == "hash":
			sameKind(c, path+"."+name, inner, reference)
		default:
			c.compare(path+"."+name, inner, reference)
		}
	}
}

// compareLeaf compares the last node of a proof, which is the account's own. Those
// above it hold all accounts, and our chain has some more.
func (c *comparison) compareLeaf(path string, got, want any) {
	g, isList := got.([]any)
	w, isReference := want.([]any)
	if !isList || !isReference || len(g) == 0 || len(w) == 0 {
		c.differ(path, "%s, want a list like %s", shorten(got), shorten(want))
		return
	}
	for _, node := range g {
		sameKind(c, path, node, w[0])
	}
	c.compare(path+"[last]", g[len(g)-1], w[len(w)-1])
}

// compareLists compares item by item. By shape every item must be like one of
// the reference's.
func (c *comparison) compareLists(path string, got any, want []any) {
	g, ok := got.([]any)
	if !ok {
		c.differ(path, "%s, want a list", shorten(got))
		return
	}
	if c.shape {
		for i := range g {
			c.likeOneOf(fmt.Sprintf("%s[%d]", path, i), g[i], want)
		}
		if len(g) == 0 && len(want) > 0 {
			c.differ(path, "no items, want %d", len(want))
		}
		return
	}
	if len(g) != len(want) {
		c.differ(path, "%d items, want %d", len(g), len(want))
		return
	}
	for i := range want {
		c.compare(fmt.Sprintf("%s[%d]", path, i), g[i], want[i])
	}
}

func (c *comparison) likeOneOf(path string, got any, want []any) {
	first := &comparison{shape: true}
	for i := range want {
		trial := &comparison{shape: true}
		trial.compare(path, got, want[i])
		if len(trial.list) == 0 {
			return
		}
		if i == 0 || len(trial.list) < len(first.list) {
			first = trial
		}
	}
	c.list = append(c.list, first.list...)
}

func (c *comparison) compareTexts(path string, got any, want string) {
	if c.shape {
		sameKind(c, path, got, want)
	} else if got != any(want) {
		c.differ(path, "%s, want %s", shorten(got), shorten(want))
	}
}

// The kinds of texts.
var kinds = []*regexp.Regexp{
	regexp.MustCompile(`^0x[0-9a-f]{64}$`),
	regexp.MustCompile(`^0x[0-9a-fA-F]{40}$`),
	regexp.MustCompile(`^0x([1-9a-f][0-9a-f]*|0)$`),
	regexp.MustCompile(`^0x([0-9a-f]{2})*$`),
	regexp.MustCompile(`^`),
}

// sameKind compares the kinds of two values: a reference that could be of
// several kinds, such as 0x10, accepts each.
func sameKind(c *comparison, path string, got, want any) {
	w, isText := want.(string)
	if !isText {
		c.compare(path, got, want)
		return
	}
	g, ok := got.(string)
	if !ok {
		c.differ(path, "%s, want a text like %s", shorten(got), shorten(want))
		return
	}
	for _, kind := range kinds {
		if kind.MatchString(w) && kind.MatchString(g) {
			return
		}
		if kind.MatchString(w) && len(w) >= 42 && kind != kinds[2] && kind != kinds[3] {
			break // a hash or an address is nothing else
		}
	}
	c.differ(path, "%s, want a text like %s", shorten(got), shorten(want))
}

// translate replaces hashes everywhere in a JSON value, also inside longer data.
func translate(v any, hashes *strings.Replacer) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			v[name] = translate(v[name], hashes)
		}
	case []any:
		for i := range v {
			v[i] = translate(v[i], hashes)
		}
	case string:
		return hashes.Replace(v)
	}
	return v
}

func shorten(v any) string {
	text := fmt.Sprint(v)
	return text[:min(len(text), 90)]
}
