package main

import (
	"errors"
	"strings"

	"github.com/polsync/polsync/connectors"
)

// seen says in a word what somebody sees of a column: clear, nothing, ***, domain (of an e-mail address), refused, or
// error where it could not be found out.
func seen(values []*string, err error) string {
	switch {
	case errors.Is(err, connectors.ErrDenied), errors.Is(err, connectors.ErrUnknown):
		return "refused"
	case err != nil || len(values) == 0:
		return "error"
	}
	word := ""
	for _, v := range values {
		w := seenValue(v)
		if word == "" || word == "nothing" {
			word = w
		} else if w != word && w != "nothing" {
			return "clear" // several forms: the values themselves
		}
	}
	return word
}

func seenValue(v *string) string {
	switch {
	case v == nil:
		return "nothing"
	case *v == "***":
		return "***"
	case strings.Contains(*v, "*") && strings.Contains(*v, "@"):
		return "domain"
	}
	return "clear"
}

// sample shows a few values. They are synthetic: only the demonstration's own are ever printed.
func sample(values []*string, word string) string {
	if word == "refused" {
		return "refused: may not read it at all"
	}
	var some []string
	for _, v := range values {
		if len(some) == 2 {
			break
		}
		if v == nil {
			some = append(some, "NULL")
			continue
		}
		some = append(some, *v)
	}
	return strings.Join(some, ", ")
}
