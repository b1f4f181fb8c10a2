package sqlengine

import (
	"maps"
	"sync"
)

// tables are the function tables, made on first use: their entries compile expressions, and those look functions up, so they cannot be
// initialised with the package.
var tables struct {
	once       sync.Once
	aggregates map[string]aggregateDef
	builtins   map[string]builtin
	special    map[string]specialForm
	generators map[string]generator
}

func fillTables() {
	tables.aggregates = newAggregates()
	tables.builtins = map[string]builtin{}
	for _, t := range []map[string]builtin{textFunctions(), regexFunctions(), hashFunctions(), numberFunctions(), dateFunctions(),
		dataFunctions(), castFunctions()} {
		maps.Copy(tables.builtins, t)
	}
	tables.special = newSpecialForms()
	tables.generators = newGenerators()
}

func aggregateTable() map[string]aggregateDef {
	tables.once.Do(fillTables)
	return tables.aggregates
}

func builtinTable() map[string]builtin {
	tables.once.Do(fillTables)
	return tables.builtins
}

func specialTable() map[string]specialForm {
	tables.once.Do(fillTables)
	return tables.special
}

func generatorTable() map[string]generator {
	tables.once.Do(fillTables)
	return tables.generators
}
