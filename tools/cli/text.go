package cli

import "strings"

// Text is one message in both languages, so that neither is forgotten.
type Text struct{ En, Zh string }

// Language is a language of the command line.
type Language string

// The languages.
const (
	English Language = "en"
	Chinese Language = "zh"
)

// languageOf chooses by the flag, else by the environment's locale.
func languageOf(flag string, environment func(string) string) Language {
	for _, choice := range []string{flag, environment("CREDIBLE_LANG"), environment("LC_ALL"), environment("LC_MESSAGES"), environment("LANG")} {
		if choice == "" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(choice), "zh") {
			return Chinese
		}
		return English
	}
	return English
}

// knownLanguage reports whether a flag names one of the languages; a locale such
// as zh_CN.UTF-8 does.
func knownLanguage(choice string) bool {
	choice = strings.ToLower(choice)
	return strings.HasPrefix(choice, string(English)) || strings.HasPrefix(choice, string(Chinese))
}

func (t Text) in(language Language) string {
	if language == Chinese && t.Zh != "" {
		return t.Zh
	}
	return t.En
}
