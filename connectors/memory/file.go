package memory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"gopkg.in/yaml.v3"

	"github.com/polsync/polsync/state"
)

// file is the form on disk. Objects are named as `kind path`.
type file struct {
	PerColumn bool                           `yaml:"per_column,omitempty"`
	Objects   []fileObject                   `yaml:"objects"`
	Facts     []fileFact                     `yaml:"facts,omitempty"`
	Unknown   []fileArea                     `yaml:"unknown,omitempty"`
	Lacks     map[state.FactKind]string      `yaml:"lacks,omitempty"` // kinds of fact that the platform cannot have
	Rows      map[string][]map[string]string `yaml:"rows,omitempty"`  // table -> rows; a missing column is NULL
}

type fileObject struct {
	On       state.Securable `yaml:"on"`
	Type     state.Family    `yaml:"type,omitempty"`
	Identity string          `yaml:"identity,omitempty"`
	Foreign  string          `yaml:"foreign,omitempty"`
	Owner    string          `yaml:"owner,omitempty"`
	Managed  bool            `yaml:"managed,omitempty"`
	Filled   string          `yaml:"filled,omitempty"` // by what, besides polsync
}

type fileFact struct {
	Fact   state.FactKind  `yaml:"fact"`
	On     state.Securable `yaml:"on"`
	With   string          `yaml:"with,omitempty"`
	Name   string          `yaml:"name,omitempty"`
	Future string          `yaml:"future,omitempty"`
	Value  any             `yaml:"value,omitempty"`
	Fixed  string          `yaml:"fixed,omitempty"` // of a grant: why nobody can take it away
	By     string          `yaml:"by,omitempty"`    // of a tag that nobody set there: how it came
}

type fileArea struct {
	Facts  []state.FactKind `yaml:"facts,omitempty"`
	Within string           `yaml:"within,omitempty"`
	Reason string           `yaml:"reason"`
}

func decode(data []byte) (*Warehouse, error) {
	var f file
	if err := yaml.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("read YAML: %w", err)
	}
	w := New(Dialect{PerColumn: f.PerColumn}, state.New())
	for i, o := range f.Objects {
		is := state.Object{Type: state.DataType{Family: o.Type, Text: string(o.Type)}, Position: i + 1, Identity: o.Identity, Foreign: o.Foreign, Managed: o.Managed, Provisioned: o.Filled}
		if err := is.Owner.UnmarshalText([]byte(o.Owner)); err != nil {
			return nil, fmt.Errorf("owner of object %d: %w", i+1, err)
		}
		w.facts.Objects[o.On] = is
	}
	for i, ff := range f.Facts {
		fact, err := ff.fact()
		if err != nil {
			return nil, fmt.Errorf("fact %d: %w", i+1, err)
		}
		if text, is := fact.Value.(state.Text); is && ff.By != "" {
			if w.facts.Brought == nil {
				w.facts.Brought = map[state.Key]state.Brought{}
			}
			w.facts.Brought[fact.Key] = state.Brought{Value: text, By: ff.By}
			continue
		}
		w.facts.apply(fact)
		if ff.Fixed != "" {
			w.facts.Fixed[fact.Key] = ff.Fixed
		}
	}
	w.facts.Lacks = f.Lacks
	for _, a := range f.Unknown {
		area := state.Area{Facts: a.Facts, Reason: a.Reason}
		if err := area.Within.UnmarshalText([]byte(a.Within)); err != nil {
			return nil, err
		}
		w.facts.Unknown = append(w.facts.Unknown, area)
	}
	return w, w.fill(f.Rows)
}

func (ff fileFact) fact() (state.Fact, error) {
	f := state.Fact{Key: state.Key{Fact: ff.Fact, On: ff.On, Name: ff.Name}}
	if err := f.Key.With.UnmarshalText([]byte(ff.With)); err != nil {
		return f, err
	}
	if err := f.Key.Future.UnmarshalText([]byte(ff.Future)); err != nil {
		return f, err
	}
	if ff.Value == nil {
		ff.Value = map[state.FactKind]any{state.FactGrant: false, state.FactTagged: ""}[ff.Fact]
	}
	raw, err := json.Marshal(ff.Value)
	if err != nil {
		return f, fmt.Errorf("read a value: %w", err)
	}
	if string(raw) == "null" {
		raw = []byte("{}")
	}
	f.Value, err = state.DecodeValue(ff.Fact, raw)
	return f, err
}

func (w *Warehouse) fill(rows map[string][]map[string]string) error {
	for name, list := range rows {
		var table state.Securable
		if err := table.UnmarshalText([]byte(name)); err != nil {
			return fmt.Errorf("rows: %w", err)
		}
		columns := map[string][]*string{}
		for o := range w.facts.Objects {
			if o.Kind != state.KindColumn || o.Table() != table {
				continue
			}
			for _, row := range list {
				var cell *string
				if v, ok := row[o.Column]; ok {
					cell = &v
				}
				columns[o.Column] = append(columns[o.Column], cell)
			}
		}
		w.rows[table] = columns
	}
	return nil
}

// save writes the file beside and renames it over the old one.
func (w *Warehouse) save() error {
	if w.path == "" {
		return nil
	}
	f := file{PerColumn: w.dialect.PerColumn, Lacks: w.facts.Lacks, Rows: w.rowsOf()}
	for _, s := range w.facts.byPosition() {
		if s.Kind == state.KindRole && w.facts.Has(state.Key{Fact: state.FactRole, On: s}) {
			continue // the fact makes the object
		}
		o := w.facts.Objects[s]
		owner, err := o.Owner.MarshalText()
		if err != nil {
			return err
		}
		f.Objects = append(f.Objects, fileObject{s, o.Type.Family, o.Identity, o.Foreign, string(owner), o.Managed, o.Provisioned})
	}
	for _, k := range w.facts.Keys() {
		ff, err := factOf(k, w.facts.Facts[k].Value)
		if err != nil {
			return err
		}
		ff.Fixed = w.facts.Fixed[k]
		f.Facts = append(f.Facts, ff)
	}
	for _, k := range slices.SortedFunc(maps.Keys(w.facts.Brought), state.Key.Compare) {
		ff, err := factOf(k, w.facts.Brought[k].Value)
		if err != nil {
			return err
		}
		ff.By = w.facts.Brought[k].By
		f.Facts = append(f.Facts, ff)
	}
	for _, a := range w.facts.Unknown {
		within, err := a.Within.MarshalText()
		if err != nil {
			return err
		}
		f.Unknown = append(f.Unknown, fileArea{a.Facts, string(within), a.Reason})
	}
	data, err := yaml.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the memory warehouse: %w", err)
	}
	return replace(w.path, data)
}

func (f facts) byPosition() []state.Securable {
	all := f.Securables()
	slices.SortStableFunc(all, func(a, b state.Securable) int { return cmp.Compare(f.Objects[a].Position, f.Objects[b].Position) })
	return all
}

func factOf(k state.Key, v state.Value) (fileFact, error) {
	with, err := k.With.MarshalText()
	if err != nil {
		return fileFact{}, err
	}
	ff := fileFact{Fact: k.Fact, On: k.On, With: string(with), Name: k.Name, Future: k.Future.String()}
	raw, err := state.EncodeValue(v)
	if err != nil {
		return ff, err
	}
	if err := json.Unmarshal(raw, &ff.Value); err != nil {
		return ff, err
	}
	if m, ok := ff.Value.(map[string]any); ok && len(m) == 0 {
		ff.Value = nil
	}
	return ff, nil
}

func (w *Warehouse) rowsOf() map[string][]map[string]string {
	out := map[string][]map[string]string{}
	for table, columns := range w.rows {
		name, err := table.MarshalText()
		if err != nil {
			continue // a table that was read from the file can be written to it
		}
		var rows []map[string]string
		for column, cells := range columns {
			for len(rows) < len(cells) {
				rows = append(rows, map[string]string{})
			}
			for i, c := range cells {
				if c != nil {
					rows[i][column] = *c
				}
			}
		}
		out[string(name)] = rows
	}
	return out
}

func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".memory-*")
	if err != nil {
		return fmt.Errorf("write the memory warehouse: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(data)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return fmt.Errorf("write the memory warehouse: %w", err)
	}
	return os.Rename(tmp.Name(), path)
}
