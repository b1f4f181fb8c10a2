// Package starter holds the files that `polsync init` writes: a configuration and a first policy file, which load as
// they are.
package starter

import (
	"embed"
	"io/fs"
)

//go:embed files
var files embed.FS

// Starter returns the contents by slash-separated path: polsync.yaml and policies/crm.yaml.
func Starter() map[string][]byte {
	out := map[string][]byte{}
	root, err := fs.Sub(files, "files")
	if err == nil {
		err = fs.WalkDir(root, ".", func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			out[path], err = fs.ReadFile(root, path)
			return err
		})
	}
	if err != nil {
		panic("starter: reading files built into the program: " + err.Error()) // cannot fail: they are part of it
	}
	return out
}
