package classify

// SuiteChecks lists the checks of the built-in classifiers and of the shapes, each once: what a platform's SQL has to
// say as Go does.
func SuiteChecks() []Check {
	var all []Check
	seen := map[string]bool{}
	add := func(tests []Test) {
		for _, t := range tests {
			if !seen[t.Check.Name] {
				seen[t.Check.Name] = true
				all = append(all, t.Check)
			}
		}
	}
	for _, c := range Suite() {
		add(c.Tests)
		add(c.Alone)
	}
	add(shapes)
	return all
}
