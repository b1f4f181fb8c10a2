package declare

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/document"
)

// Options are what the configuration says of the sources.
type Options struct {
	Platforms map[string]string // configured name -> dialect
	Vars      map[string]string // override those of the files

	// Names that are built into classify. Left out, names of classifiers, collections and checksums are not checked.
	Classifiers, Collections, Checksums []string
}

// Error is one mistake with its place, Errors all of them in the order of files and lines.
type (
	Error  = document.Error
	Errors = document.Errors
)

// Load reads policy files, given by globs. A glob without a match is an error, as is an empty file: nothing declared
// counts only when it is written down. The error is of type Errors.
func Load(fsys fs.FS, globs []string, o Options) (*state.Declarations, error) {
	l := &loader{o: o, d: &state.Declarations{Principals: map[string]state.PrincipalMapping{}, Access: map[string]state.AccessLevel{}, Collections: map[string][]string{}}, vars: map[string]string{}, places: map[string]state.Origin{}}
	for _, file := range l.files(fsys, globs) {
		data, err := fs.ReadFile(fsys, file)
		if err != nil {
			l.errs, l.partial = append(l.errs, document.Error{File: file, Message: "cannot be read: " + cause(err)}), true
			continue
		}
		docs := document.Parse(file, data, policyFile, &l.errs)
		l.partial = l.partial || len(docs) == 0
		l.docs = append(l.docs, docs...)
	}
	l.read()
	if len(l.errs) > 0 {
		return nil, l.errs.Sorted()
	}
	return l.d, nil
}

func cause(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}

// files lists what the globs name, each once, in order.
func (l *loader) files(fsys fs.FS, globs []string) []string {
	found := map[string]bool{}
	if len(globs) == 0 {
		l.errs = append(l.errs, document.Error{File: "polsync.yaml", Message: "no policy files are configured; name them under `policies:`"})
	}
	for _, g := range globs {
		if strings.Contains(g, "**") {
			l.errs = append(l.errs, document.Error{File: g, Message: "a glob of policy files takes no **; name each depth, as in policies/*.yaml and policies/*/*.yaml"})
			continue
		}
		matches, err := fs.Glob(fsys, g)
		matches = slices.DeleteFunc(matches, func(m string) bool {
			info, err := fs.Stat(fsys, m)
			return err == nil && info.IsDir()
		})
		if err != nil || len(matches) == 0 {
			l.errs = append(l.errs, document.Error{File: g, Message: "no policy file is there; an empty folder declares nothing by accident, so it is refused"})
		}
		for _, m := range matches {
			found[m] = true // also what cannot be looked at: reading it says why
		}
	}
	return slices.Sorted(maps.Keys(found))
}

type loader struct {
	o      Options
	d      *state.Declarations
	docs   []document.Node
	errs   document.Errors
	vars   map[string]string
	places map[string]state.Origin // "mask pii" -> where it was first declared

	partial bool // a file could not be read: what seems to be declared nowhere may stand in it
}

// unknown reports a name that is declared nowhere, unless it may be declared in a file that could not be read.
func (l *loader) unknown(n document.Node, format string, args ...any) {
	if !l.partial {
		n.Errorf(format, args...)
	}
}

// read goes through all documents kind by kind, definitions before what refers to them.
func (l *loader) read() {
	l.each("vars", func(n document.Node) {
		for _, p := range n.Pairs() {
			l.variable(p)
		}
	})
	maps.Copy(l.vars, l.o.Vars)
	l.each("principals", func(n document.Node) {
		for _, p := range n.Pairs() {
			l.principal(p)
		}
	})
	l.every("tags", l.tag)
	l.each("access_levels", func(n document.Node) {
		for _, p := range n.Pairs() {
			l.accessLevel(p)
		}
	})
	l.every("classifiers", l.classifier)
	l.each("collections", func(n document.Node) {
		for _, p := range n.Pairs() {
			l.once("collection "+p.Key.Text(), p.Key)
			l.d.Collections[p.Key.Text()] = p.Value.Texts()
			for _, c := range p.Value.List() {
				l.knownClassifier(c)
			}
		}
	})
	l.every("masks", l.mask)
	l.every("exceptions", l.exception)
	l.every("tag_assignments", l.assignment)
	l.every("row_filters", l.rowFilter)
	l.every("roles", l.role)
	l.mergeRoles()
	l.every("grants", l.grant)
	l.every("constraints", l.constraint)
	l.every("decisions", l.decision)
	l.every("scans", l.scan)
	l.every("autotag", l.autotag)
	l.every("tests", l.test)
	d := l.d
	d.Count = len(d.Tags) + len(d.Assignments) + len(d.Masks) + len(d.Exceptions) + len(d.RowFilters) + len(d.Constraints) + len(d.Roles) + len(d.Grants) + len(d.Exclusives) + len(d.Owners) + len(d.Scans) + len(d.Autotag) + len(d.Decisions)
}

func (l *loader) each(key string, do func(document.Node)) {
	for _, d := range l.docs {
		if n := d.Get(key); n.Given() {
			do(n)
		}
	}
}

func (l *loader) every(key string, do func(document.Node)) {
	l.each(key, func(n document.Node) {
		for _, one := range n.List() {
			do(one)
		}
	})
}

func origin(n document.Node) state.Origin {
	file, line, column := n.Place()
	return state.Origin{Layer: state.LayerYAML, File: file, Line: line, Column: column}
}

// once reports a second declaration of one thing, with the place of the first.
func (l *loader) once(what string, at document.Node) {
	if !at.Given() {
		return // its absence was reported
	}
	if first, there := l.places[what]; there {
		at.Errorf("%s is declared twice; first at %s", what, first.Place())
		return
	}
	l.places[what] = origin(at)
}

func (l *loader) variable(p document.Pair) {
	name := p.Key.Text()
	l.once("variable "+name, p.Key)
	l.vars[name] = p.Value.Text()
}

// fill replaces ${name}; those in templates stay for the planner.
func (l *loader) fill(n document.Node, text string, templates ...string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "${")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed {
			n.Errorf("${ is not closed")
			return b.String()
		}
		switch value, known := l.vars[name]; {
		case known:
			b.WriteString(value)
		case slices.Contains(templates, name):
			b.WriteString("${" + name + "}")
		default:
			l.unknown(n, "${%s} is not set; %s", name, document.OneOf(name, append(slices.Sorted(maps.Keys(l.vars)), templates...)))
			b.WriteString("unset") // holds the place, so that the name is not wrong in other ways too
		}
		text = after
	}
}

// platform checks a configured platform's name.
func (l *loader) platform(n document.Node, name string) {
	if _, ok := l.o.Platforms[name]; !ok {
		n.Errorf("no platform is called %q; %s", name, document.OneOf(name, l.platformNames()))
	}
}

func (l *loader) platformNames() []string { return slices.Sorted(maps.Keys(l.o.Platforms)) }

// in reads the platforms a declaration is limited to.
func (l *loader) in(n document.Node) []string {
	for _, p := range n.Get("in").List() {
		l.platform(p, p.Text())
	}
	return n.Get("in").Texts()
}

// ref reads a principal; a bare one must be mapped under principals.
func (l *loader) ref(n document.Node, templates ...string) state.PrincipalRef {
	text := l.fill(n, n.Text(), templates...)
	ref, problem := parsePrincipal(text, false)
	switch {
	case problem == "kind":
		kind, _, _ := strings.Cut(text, ":")
		n.Errorf("no kind of principal is called %q; %s", kind, document.OneOf(kind, slices.Sorted(maps.Keys(principalKinds))))
	case problem != "":
		n.Errorf("%s", problem)
	case ref.Kind == state.KindNone:
		if _, ok := l.d.Principals[ref.Name]; !ok {
			l.unknown(n, "no principal is called %q; %s (a name of the platform is written role:NAME, group:NAME or user:NAME)", ref.Name, document.OneOf(ref.Name, append(slices.Sorted(maps.Keys(l.d.Principals)), "everyone")))
		}
	}
	ref.Origin = origin(n)
	return ref
}

func (l *loader) refs(n document.Node, templates ...string) []state.PrincipalRef {
	var all []state.PrincipalRef
	for _, e := range n.List() {
		all = append(all, l.ref(e, templates...))
	}
	return all
}

func (l *loader) until(n document.Node) time.Time {
	if !n.Given() {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, n.Text())
	if err != nil {
		n.Errorf("expected a time with its zone, such as 2027-01-31T00:00:00Z")
	}
	return t
}

// template reads for_each, which names one variable.
func (l *loader) template(n document.Node) (*state.Template, []string) {
	pairs := n.Pairs()
	if len(pairs) == 0 {
		return nil, nil
	}
	if len(pairs) > 1 {
		n.Errorf("for_each takes one variable")
	}
	t := &state.Template{Var: pairs[0].Key.Text(), Pattern: l.pattern(pairs[0].Value, false)}
	switch parts := len(t.Pattern.Parts); {
	case t.Pattern.Deep || parts > 3:
		pairs[0].Value.Errorf("for_each goes through catalogs, schemas, or tables and views: names with one, two or three parts and no **")
	default:
		return t, append([]string{t.Var, t.Var + ".name"}, []string{t.Var + ".catalog", t.Var + ".schema", t.Var + ".table"}[:parts]...)
	}
	return t, []string{t.Var}
}
