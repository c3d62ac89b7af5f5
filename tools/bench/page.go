package bench

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"
)

//go:embed page.html
var pageText string

// WritePage writes the report as one HTML file that needs nothing else, in a language:
// "en" or "zh".
func (r *Report) WritePage(to io.Writer, language string) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"word":  func(text string) string { return Word(language, text) },
		"chart": chart, "percent": func(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) },
		"whole": func(v float64) string { return thousands(int64(v + 0.5)) }, "count": func(v int) string { return thousands(int64(v)) },
		"mebibytes": func(v uint64) string { return thousands(int64(v >> 20)) }, //nolint:gosec // small after the shift
		"join":      strings.Join,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(to, r)
}

// thousands writes a number with spaces between its thousands.
func thousands(v int64) string {
	text := fmt.Sprint(v)
	for i := len(text) - 3; i > 0 && text[i-1] != '-'; i -= 3 {
		text = text[:i] + " " + text[i:]
	}
	return text
}

// The size of a chart in pixels, and the margins for its labels.
const (
	chartWidth, chartHeight = 860, 220
	chartLeft, chartBottom  = 60, 24
)

// chart draws one value of each second as bars.
func chart(timeline []Second, what string) template.HTML {
	value := func(s Second) float64 {
		switch what {
		case "p50":
			return s.Median
		case "p99":
			return s.P99
		}
		return float64(s.Included)
	}
	most := 0.0
	for _, s := range timeline {
		most = max(most, value(s))
	}
	if most == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img" aria-label="%s">`, chartWidth, chartHeight, template.HTMLEscapeString(what))
	height, width := float64(chartHeight-chartBottom-8), float64(chartWidth-chartLeft)/float64(len(timeline))
	for line := range 3 {
		y := 8 + height*float64(line)/2
		fmt.Fprintf(&b, `<line x1="%d" x2="%d" y1="%.1f" y2="%.1f" class="grid"/><text x="%d" y="%.1f" class="left">%s</text>`,
			chartLeft, chartWidth, y, y, chartLeft-6, y+4, thousands(int64(most*float64(2-line)/2+0.5)))
	}
	for i, s := range timeline {
		bar := height * value(s) / most
		fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%d s: %s</title></rect>`,
			chartLeft+width*float64(i), 8+height-bar, max(width-1, 0.5), bar, i, thousands(int64(value(s)+0.5)))
	}
	fmt.Fprintf(&b, `<text x="%d" y="%d">0 s</text><text x="%d" y="%d" class="left">%d s</text></svg>`,
		chartLeft, chartHeight-6, chartWidth, chartHeight-6, len(timeline))
	return template.HTML(b.String()) //nolint:gosec // numbers and an escaped name
}
