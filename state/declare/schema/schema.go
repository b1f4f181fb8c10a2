// Package schema renders the JSON Schemas (draft 2020-12) of policy files and of the configuration, from the same
// description that reads them. Copies are kept beside this file for editors that take a schema from a repository.
//
// A schema knows keys, types and words. What needs more, such as a name that is declared nowhere, only
// `polsync validate` can say.
package schema

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
)

// Policy returns the JSON Schema of policy files.
func Policy() ([]byte, error) { return render(declare.Schema()) }

// Config returns the JSON Schema of the configuration.
func Config() ([]byte, error) { return render(config.Schema()) }

func render(schema map[string]any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	if err := enc.Encode(schema); err != nil {
		return nil, fmt.Errorf("rendering a schema: %w", err)
	}
	return b.Bytes(), nil
}
