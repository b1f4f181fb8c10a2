package classify

import (
	"slices"
	"sync"

	"github.com/polsync/polsync/state"
)

var (
	numeric = []state.Family{state.FamilyNumber, state.FamilyFloat}
	integer = []state.Family{state.FamilyNumber}
	dates   = []state.Family{state.FamilyDate, state.FamilyTimestampNTZ, state.FamilyTimestampLTZ, state.FamilyTimestampTZ}
)

// Suite returns the built-in classifiers, in the order reports list them. Left out on purpose: company names (not
// personal), and hashes, identifiers and timestamps, which are shapes that argue against every type.
func Suite() []Classifier { return slices.Clone(builtIn()) }

var builtIn = sync.OnceValue(func() []Classifier {
	return withAlone(withVocabulary(slices.Concat(personSuite, placeSuite, financeSuite, nationalSuite(), healthSuite, networkSuite, secretSuite)))
})

// Shapes are counted on every string and number column: they tell what a column is that is nothing sensitive. Their
// For is negative for all classifiers but those that allow them.
var shapes = []Test{
	against(Check{Name: "shape.uuid", MinLen: 32, MaxLen: 38, Pattern: `[{]?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}[}]?`}, 8),
	against(Check{Name: "shape.hash", MinLen: 32, MaxLen: 130, Pattern: `(0x)?([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{56}|[0-9A-Fa-f]{64}|[0-9A-Fa-f]{96}|[0-9A-Fa-f]{128})`}, 8),
	against(Check{Name: "shape.timestamp", MinLen: 15, MaxLen: 40, Pattern: `[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?([.,][0-9]+)?( ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2}))?`}, 7),
	against(Check{Name: "shape.date", MinLen: 6, MaxLen: 10, Pattern: `((19|20)[0-9]{2}[-/.](0?[1-9]|1[0-2])[-/.](0?[1-9]|[12][0-9]|3[01])|[0-9]{1,2}[-/.][0-9]{1,2}[-/.]((19|20)[0-9]{2}|[0-9]{2}))`}, 5),
	{Check: Check{Name: "shape.flag", MaxLen: 6, Words: list(`yes no true false y n ja nein oui non si sí sim não tak nie evet hayır да нет`)}, Chance: 0.6, Full: 0.95, For: -6, ByValues: true},
	{Check: Check{Name: "shape.state", MaxLen: 24, Words: list(stateWords)}, Chance: 0.4, Full: 0.9, For: -6, ByValues: true},
	against(Check{Name: "shape.epoch", MinLen: 10, MaxLen: 13, Pattern: `1[0-9]{9}([0-9]{3})?`}, 0),
	against(Check{Name: "shape.json", MinLen: 7, Pattern: `[{] *"[^"]+" *:.*[}]`}, 8),
	{Check: Check{Name: "shape.unit", MaxLen: 30, Words: list(unitWords)}, Chance: 0.4, Full: 0.9, For: -6, ByValues: true},
	against(Check{Name: "shape.masked", MinLen: 3, Pattern: `.*([*]{3}|[xX]{4}|•{3}).*`}, 5),
	against(Check{Name: "shape.company", Pattern: `.*( |,|&)(Ltd|LTD|LLC|Inc|INC|GmbH|AG|KG|SA|S[.]A[.]|SARL|S[.]p[.]A|Corp|Corporation|Co|Company|PLC|plc|Group|Association|University|College|School|Sons|and Sons|Foundation|Committee|Council|Bank|BV|B[.]V[.]|AB|Oy|A/S|Records|Press|Books|Institute|Center|Centre|Hospital|Services|Party|Union)[.]?`}, 0),
	against(Check{Name: "shape.word1", MaxLen: 40, Pattern: `[^0-9@_/:;|<>{} ]+`}, 0),
	against(Check{Name: "shape.words2", MaxLen: 60, Pattern: `[^0-9@_/:;|<>{} ]+( [^0-9@_/:;|<>{} ]+){1,4}`}, 0),
	against(Check{Name: "shape.digits", Pattern: `[0-9]+`}, 0),
	against(Check{Name: "shape.text", MinLen: 25, Pattern: `[^ ]+( [^ ]+){4}( .*)?`}, 0),
}

// stateWords are what things are in: states of work and of machines, and the environments that software runs in. Words
// that are codes of places too (ok, qa) are not among them.
const stateWords = `open opened reopened closed pending active inactive running done failed failure success successful succeeded new draft archived
deleted completed complete incomplete cancelled canceled queued started stopped stopping starting paused suspended in_progress in-progress in_review
approved rejected resolved unresolved error warning idle waiting blocked ready expired enabled disabled submitted processing processed
shipped delivered returned refunded paid unpaid overdue published unpublished online offline available unavailable terminated created
updated scheduled aborted healthy unhealthy degraded backlog todo to_do on_hold on-hold won lost confirmed unconfirmed verified unverified accepted declined
offen geschlossen aktiv inaktiv wartend erledigt abgeschlossen storniert ouvert fermé actif inactif terminé annulé abierto cerrado activo inactivo pendiente
aperto chiuso attivo inattivo aberto fechado ativo inativo pendente
test testing prod production dev development staging stage uat sandbox preprod pre-prod preproduction pre-production nonprod non-prod integration`

// unitWords are parts of companies.
const unitWords = `sales marketing finance legal operations engineering accounting purchasing procurement logistics production human_resources customer_service customer_support support research r&d
research_and_development administration controlling manufacturing quality procurement compliance treasury facilities payroll recruiting fin mkt ops vertrieb einkauf personal produktion buchhaltung
verwaltung geschäftsführung entwicklung lager versand rechnungswesen ventas finanzas recursos_humanos compras sistemas producción contabilidad ventes achats comptabilité ressources_humaines juridique
informatique vendite acquisti amministrazione risorse_umane produzione vendas financeiro compras recursos_humanos jurídico verkoop inkoop personeelszaken boekhouding sprzedaż finanse kadry księgowość zakupy
försäljning ekonomi inköp personalavdelning satış pazarlama muhasebe insan_kaynakları 営業部 総務部 人事部 経理部 开发部 销售部 人事部 财务部`

// against is a shape that lowers every type by weight when half of the values have it.
func against(c Check, weight float64) Test {
	return Test{Check: c, Chance: 0.3, Full: 0.8, For: -weight}
}

// shape returns the Check of a shape, for classifiers that ask for it.
func shape(name string) Check {
	i := slices.IndexFunc(shapes, func(t Test) bool { return t.Check.Name == name })
	return shapes[i].Check
}
